// Garbage collection: marks what refs, runs and pins reach, then removes the rest, results before what they name.
import { lstatSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { SluiceError } from "../errors.ts"
import { diskError } from "./durable-file.ts"
import { removeThrough } from "./fence.ts"
import { gcKey, type Lease, Leases, runKey } from "./lease.ts"
import { type Holder, holderText } from "./lease-watch.ts"
import { filesBelow, listed } from "./folder.ts"
import { Marks } from "./marks.ts"
import type { Store } from "./store.ts"

export interface GcOptions {
  readonly dryRun: boolean
  /** How many of the latest runs keep what they made and what they count on. */
  readonly keepRuns: number
  /** Whether the replies of models go, too: they are bought again where they are needed. */
  readonly cells?: boolean
}

export interface GcSum {
  readonly files: number
  readonly bytes: number
}

export interface GcReport {
  readonly removed: { readonly [What in "objects" | "results" | "folders" | "scratch" | "cells" | "leftovers"]: GcSum }
  readonly kept: GcSum
  /** Runs that are at work: nothing goes before they end. */
  readonly live: ReadonlyArray<string>
}

const minute = 60_000
const day = 24 * 60 * minute

/** Ages below which a half-written file may still be written, and the scratch of a program may still be gone on with. */
const [leftoverAge, scratchAge] = [10 * minute, 7 * day]

/**
 * Removes what nothing reaches; with `dryRun` only says what that is. Nothing is removed while a run is at work: each
 * says so before it looks for a gc, and gc says so before it looks for runs, so that one of the two sees the other.
 */
export const collectGarbage = async (store: Store, options: GcOptions): Promise<GcReport> => {
  const leases = new Leases(store.root, "sluice gc")
  if (options.dryRun) {
    const live = await leases.living(runKey(""))
    return sweep(store, markAll(store, options.keepRuns, live), options, Date.now(), live)
  }
  const watch = leases.watch(gcKey)
  const lease = leases.take(gcKey, watch)
  if (lease === undefined) throw busy(watch.holder)
  try {
    const [first] = await leases.living(runKey(""))
    if (first !== undefined) throw busy(first)
    // Clears away what dead processes held, on work that nobody has asked for again.
    leases.clear()
    const now = statSync(lease.folder).mtimeMs
    return sweep(store, markAll(store, options.keepRuns, []), options, now, [], lease)
  } finally {
    lease.release()
  }
}

const busy = (holder: Holder | undefined): SluiceError =>
  new SluiceError(
    "SLUICE_BUSY",
    `${holder === undefined ? "another process" : holderText(holder)} is at work in this store`,
    { hint: "wait until it ends; sluice gc --dry-run says what would go" }
  )

const markAll = (store: Store, keepRuns: number, live: ReadonlyArray<Holder>): Marks => {
  const runs = store.runNames()
  const working = new Set(live.map(({ name }) => name))
  const recent = runs.filter((name, i) => i >= runs.length - keepRuns || working.has(name))
  const marks = new Marks(store, Math.min(...recent.map((name) => beganAt(store, name))))
  for (const name of store.refNames()) {
    if (store.ref(name) === undefined)
      throw new SluiceError("SLUICE_DAMAGED", `the ref of ${name} is damaged: what it needs is not known`, {
        evidence: [store.refPath(name)],
        hint: `sluice run ${name} writes it anew; where the pipeline is gone, delete the file`
      })
    marks.text(readFileSync(store.refPath(name)))
  }
  for (const name of recent)
    for (const file of filesBelow(join(store.root, "runs", name))) marks.text(readFileSync(file))
  marks.lists()
  return marks
}

/** When a run began, which its name says to the second: before its journal, and before it stored anything. */
const beganAt = (store: Store, name: string): number => {
  const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/.exec(name)
  const folder = statSync(join(store.root, "runs", name)).birthtimeMs
  if (at === null) return folder
  const [, year, month, date, hours, minutes, seconds] = at
  return Math.min(folder, Date.parse(`${year}-${month}-${date}T${hours}:${minutes}:${seconds}Z`))
}

const sizeOf = (path: string): GcSum => {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) return { files: 1, bytes: stat.size }
  const files = filesBelow(path)
  return { files: files.length, bytes: files.reduce((sum, file) => sum + lstatSync(file).size, 0) }
}

/**
 * Removes under a lease, or without one only counts. What names others goes before what it names: a gc that is killed
 * leaves nothing that names what is gone.
 */
const sweep = (
  store: Store,
  marks: Marks,
  { cells = false }: GcOptions,
  now: number,
  live: ReadonlyArray<Holder>,
  lease?: Lease
): GcReport => {
  const removed = { objects: sum(), results: sum(), folders: sum(), scratch: sum(), cells: sum(), leftovers: sum() }
  const kept = sum()
  const decide = (what: keyof typeof removed, path: string, keep: boolean) => {
    try {
      const size = sizeOf(path)
      const to = keep ? kept : removed[what]
      to.files += size.files
      to.bytes += size.bytes
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw diskError(path, cause)
    }
    if (!keep && lease !== undefined) removeThrough(lease.folder, path)
  }
  const isYoung = (path: string, age: number) => now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) < age
  const isInUse = (path: string) => [path, ...filesBelow(path)].some((file) => isYoung(file, scratchAge))
  const leftover = (path: string) => decide("leftovers", path, isYoung(path, leftoverAge))
  const results = [...store.entries("actions")]
  const ordered = [true, false].flatMap((first) => results.filter(({ name }) => marks.records.has(name) === first))
  for (const [what, entries] of [
    ["results", ordered],
    ["objects", store.entries("objects")]
  ] as const)
    for (const { name, path } of entries) {
      if (name.endsWith(".tmp")) leftover(path)
      else decide(what, path, marks.words.has(name))
    }
  const at = (...names: ReadonlyArray<string>) => join(store.root, ...names)
  for (const name of listed(at("damaged")))
    decide("leftovers", at("damaged", name), marks.words.has(name.replace(/\.json$/, "")))
  for (const folder of ["refs", "reports", "."])
    for (const name of listed(at(folder))) if (name.endsWith(".tmp")) leftover(at(folder, name))
  for (const name of listed(at("folders")))
    if (/^[0-9a-f]{64}$/.test(name)) decide("folders", at("folders", name), marks.words.has(name))
    else leftover(at("folders", name))
  for (const name of listed(at("leases"))) if (name.startsWith(".")) leftover(at("leases", name))
  for (const name of listed(at("work")))
    decide("scratch", at("work", name), store.action(name) === undefined && isInUse(at("work", name)))
  for (const name of listed(at("cells"))) decide("cells", at("cells", name), !cells)
  store.lookAgain()
  return { removed, kept, live: live.map(({ name }) => name) }
}

const sum = (): { files: number; bytes: number } => ({ files: 0, bytes: 0 })
