// Garbage collection: marks what refs and the last runs reach, then removes the rest, results before the objects they name.
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { SluiceError } from "../errors.ts"
import type { Store } from "./store.ts"

export interface GcOptions {
  readonly dryRun: boolean
  /** How many of the latest runs keep what they made. */
  readonly keepRuns: number
  /** Goes ahead although a run has begun within the hour and not ended. */
  readonly force: boolean
}

export interface GcSum {
  readonly files: number
  readonly bytes: number
}

export interface GcReport {
  readonly removed: { readonly [What in "objects" | "results" | "folders" | "scratch" | "leftovers"]: GcSum }
  readonly kept: GcSum
}

const hour = 3_600_000

/** Removes what nothing reaches; with `dryRun`, only says what that is. */
export const collectGarbage = (store: Store, options: GcOptions): GcReport => {
  const runs = store.runNames().map((name) => pastRun(store, name))
  const open = runs.find(({ ended, last }) => !ended && Date.now() - last < hour)
  if (open !== undefined && !options.force)
    throw new SluiceError("SLUICE_DISK", `run ${open.name} has begun within the hour and not ended`, {
      hint: "wait for it, or sluice gc --force if it was interrupted"
    })
  const recent = options.keepRuns > 0 ? runs.slice(-options.keepRuns) : []
  const marks = new Marks(store, Math.min(...recent.map(({ began }) => began)))
  for (const name of store.refNames()) marks.text(readFileSync(join(store.root, "refs", `${name}.json`)))
  for (const { name } of recent)
    for (const file of filesBelow(join(store.root, "runs", name))) marks.text(readFileSync(file))
  marks.lists()
  const young = options.force ? Date.now() - hour : Number.POSITIVE_INFINITY
  return sweep(store, marks, young, options.dryRun)
}

interface PastRun {
  readonly name: string
  readonly began: number
  readonly last: number
  readonly ended: boolean
}

const pastRun = (store: Store, name: string): PastRun => {
  const folder = join(store.root, "runs", name)
  const journal = join(folder, "journal.jsonl")
  const stat = statSync(existsSync(journal) ? journal : folder)
  if (!existsSync(journal)) return { name, began: beganAt(name) ?? stat.mtimeMs, last: stat.mtimeMs, ended: false }
  const lines = readFileSync(journal, "utf8").trim().split("\n")
  const ended = lines.some((line) => /"event":"(finished|failed)"/.test(line.slice(0, 60)))
  return { name, began: beganAt(name) ?? stat.birthtimeMs, last: stat.mtimeMs, ended }
}

/** When a run began, which its name says to the second: before its journal, and before it stored anything. */
const beganAt = (name: string): number | undefined => {
  const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/.exec(name)
  if (at === null) return undefined
  const [, year, month, day, hours, minutes, seconds] = at
  return Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`)
}

const digest = /[0-9a-f]{64}/g

/**
 * What is reached. Results and descriptions name each other and objects by 64 hex digits, so every such word in a text
 * that is reached counts as a reference: nothing that is named anywhere can be lost.
 */
class Marks {
  readonly words = new Set<string>()
  readonly #store: Store
  readonly #lists: Array<{ readonly key: string; readonly path: string; readonly places: ReadonlyArray<unknown> }> = []

  constructor(store: Store, since: number) {
    this.#store = store
    for (const { name, path } of store.entries("actions")) {
      if (name.endsWith(".tmp")) continue
      const body = store.action<unknown>(name)
      if (Array.isArray(body)) this.#lists.push({ key: name, path, places: body })
      else if (statSync(path).mtimeMs >= since) this.text(Buffer.from(name))
    }
  }

  text(bytes: Uint8Array) {
    const waiting = [Buffer.from(bytes).toString("latin1")]
    for (let text = waiting.pop(); text !== undefined; text = waiting.pop())
      for (const [word] of text.matchAll(digest)) {
        if (this.words.has(word)) continue
        this.words.add(word)
        waiting.push(...this.#named(word))
      }
  }

  /** The texts behind a word: a result, and an object that is JSON. */
  #named(word: string): ReadonlyArray<string> {
    const texts: Array<string> = []
    const action = this.#store.action<unknown>(word)
    if (action !== undefined) texts.push(JSON.stringify(action))
    const path = this.#store.objectPath(word)
    if (existsSync(path)) {
      const bytes = readFileSync(path)
      if (bytes[0] === 0x7b || bytes[0] === 0x5b) texts.push(bytes.toString("latin1"))
    }
    return texts
  }

  /**
   * Lists of results to take rows from. What a select prepared is named nowhere else, so the latest list of each
   * select that a pipeline still has counts; any list stays that names something reached.
   */
  lists() {
    const nodes = new Map(this.#store.refNames().map((name) => [name, this.#nodes(name)]))
    const latest = new Map<string, { readonly time: number; readonly actions: ReadonlyArray<string> }>()
    for (const { path, places } of this.#lists)
      for (const place of places) {
        const { at, actions } = place as { readonly at?: string; readonly actions?: ReadonlyArray<string> }
        if (at === undefined || actions === undefined) continue
        const [pipeline, node] = JSON.parse(at) as readonly [string, string]
        const time = statSync(path).mtimeMs
        if (nodes.get(pipeline)?.has(node) && time > (latest.get(at)?.time ?? 0)) latest.set(at, { time, actions })
      }
    for (const { actions } of latest.values()) for (const key of actions) this.text(Buffer.from(key))
    for (const { key, places } of this.#lists)
      if ((JSON.stringify(places).match(digest) ?? []).some((word) => this.words.has(word))) this.words.add(key)
  }

  #nodes(pipeline: string): ReadonlySet<string> {
    const ref = this.#store.ref<{ readonly nodes: { readonly [node: string]: string } }>(pipeline)
    const selects = Object.entries(ref?.nodes ?? {}).filter(
      ([, key]) => this.#store.action<{ readonly kind?: string }>(key)?.kind === "select"
    )
    return new Set(selects.map(([node]) => node))
  }
}

const filesBelow = (folder: string): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : []

const sizeOf = (path: string): GcSum => {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) return { files: 1, bytes: stat.size }
  const files = filesBelow(path)
  return { files: files.length, bytes: files.reduce((sum, file) => sum + lstatSync(file).size, 0) }
}

const sweep = (store: Store, marks: Marks, young: number, dryRun: boolean): GcReport => {
  const removed = { objects: sum(), results: sum(), folders: sum(), scratch: sum(), leftovers: sum() }
  const kept = sum()
  const decide = (what: keyof typeof removed, path: string, keep: boolean) => {
    const size = sizeOf(path)
    const stays = keep || statSync(path).mtimeMs >= young
    const to = stays ? kept : removed[what]
    to.files += size.files
    to.bytes += size.bytes
    if (!stays && !dryRun) rmSync(path, { recursive: true, force: true })
  }
  for (const [kind, what] of [
    ["actions", "results"],
    ["objects", "objects"]
  ] as const)
    for (const { name, path } of store.entries(kind)) {
      if (name.endsWith(".tmp")) decide("leftovers", path, false)
      else decide(what, path, marks.words.has(name))
    }
  for (const folder of ["refs", "."])
    for (const name of listed(join(store.root, folder)))
      if (name.endsWith(".tmp")) decide("leftovers", join(store.root, folder, name), false)
  for (const name of listed(join(store.root, "folders"))) {
    const made = /^[0-9a-f]{64}$/.test(name)
    decide(made ? "folders" : "leftovers", join(store.root, "folders", name), marks.words.has(name))
  }
  for (const name of listed(join(store.root, "work"))) {
    const finished = store.action(name) !== undefined
    decide(
      "scratch",
      join(store.root, "work", name),
      !finished && statSync(join(store.root, "work", name)).mtimeMs > Date.now() - 7 * 24 * hour
    )
  }
  return { removed, kept }
}

const sum = (): { files: number; bytes: number } => ({ files: 0, bytes: 0 })

const listed = (folder: string): ReadonlyArray<string> => (existsSync(folder) ? readdirSync(folder) : [])
