// The check of a store: reads everything in it, follows what each pipeline's last run names, and says what is wrong where.
import { existsSync, readdirSync } from "node:fs"
import { join, relative } from "node:path"
import type { NodeRecord, PipelineRef } from "../run/node-record.ts"
import { holds } from "../run/program-inputs.ts"
import type { Project } from "../run/project.ts"
import { isThere, readableReach } from "../run/reach.ts"
import type { Damage } from "../store/damage.ts"
import { SluiceError } from "../errors.ts"
import { readAcceptances } from "../store/acceptance.ts"
import { CellStore } from "../store/cell-store.ts"
import { Store } from "../store/store.ts"
import { count, plural } from "./print.ts"

export interface StoreCheck {
  readonly text: string
  readonly problems: ReadonlyArray<{ readonly text: string; readonly hint: string }>
}

interface Owner {
  readonly node: string
  readonly ref: PipelineRef
}

/** Checks a store. What is damaged is put away, so that the next run of whatever needs it computes it anew. */
export const checkStore = (project: Project): StoreCheck => {
  const store = new Store(project.storeRoot)
  const found = new Map<string, Damage>()
  for (const damage of store.check()) {
    found.set(damage.name, damage)
    store.putAway(damage)
  }
  const folders: Array<{ readonly path: string; readonly owner: Owner }> = []
  const owners = new Map<string, Owner>()
  for (const { node, ref, key } of nodesOf(store)) {
    const owner = { node, ref }
    if (!owners.has(key)) owners.set(key, owner)
    const record = store.action<NodeRecord>(key)
    if (record === undefined) {
      if (!found.has(key)) found.set(key, store.putAwayMissing("result", key))
      continue
    }
    for (const named of readableReach(store, record)) {
      if (!owners.has(named.name)) owners.set(named.name, owner)
      if (!isThere(store, named) && !found.has(named.name))
        found.set(named.name, store.putAwayMissing(named.kind, named.name))
    }
    const path = join(store.root, "folders", record.folder?.digest ?? "")
    if (record.folder !== undefined && existsSync(path) && !holds(path, record.folder)) folders.push({ path, owner })
  }
  const problems: Array<StoreCheck["problems"][number]> = []
  const away = new Map(store.away().map((damage) => [damage.name, damage]))
  let useless = 0
  for (const damage of [...found.values(), ...[...away.values()].filter(({ name }) => !found.has(name))]) {
    const owner = owners.get(damage.name)
    if (damage.kind === "ref")
      problems.push({ text: said(damage.path, damage.what), hint: `sluice run ${damage.name}: it is written anew` })
    else if (owner !== undefined)
      problems.push({
        text: said(damage.path, damage.what, owner),
        hint: `sluice run ${nameOf(project, owner.ref)}: it is computed anew`
      })
    else {
      useless++
      store.forget(damage)
    }
  }
  for (const { path, owner } of folders)
    problems.push({
      text: said(path, "its files are not those it was made with", owner),
      hint: `delete it, then sluice run ${nameOf(project, owner.ref)}: it is written anew`
    })
  const cells = new CellStore(store.root, ({ path, text }) =>
    problems.push({ text: `${path}: ${text}`, hint: "this is told once: what is missing is bought when it is needed" })
  )
  cells.refresh()
  const replies = cells.size
  void cells.dispose()
  try {
    readAcceptances(store.root)
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause
    problems.push({ text: cause.message, hint: cause.hint ?? "" })
  }
  return { text: summary(store, problems.length, useless, replies), problems }
}

const said = (path: string, what: string, owner?: Owner): string =>
  `${path}: ${what}${owner === undefined ? "" : ` (${owner.node} of ${owner.ref.pipeline})`}`

/** The nodes of every pipeline's last run, with the keys of their records. */
const nodesOf = function* (store: Store): Generator<Owner & { readonly key: string }> {
  for (const name of store.refNames()) {
    const ref = store.ref<PipelineRef>(name)
    for (const [node, key] of Object.entries(ref?.nodes ?? {})) yield { node, ref: ref!, key }
  }
}

/** A pipeline as it is given to a command. */
const nameOf = (project: Project, { pipeline, file }: PipelineRef): string =>
  file === join(project.root, "pipelines", `${pipeline}.ts`) ? pipeline : relative(process.cwd(), file)

const summary = (store: Store, damaged: number, useless: number, replies: number): string => {
  let objects = 0
  let actions = 0
  for (const { name } of store.entries("objects")) if (!name.endsWith(".tmp")) objects++
  for (const { name } of store.entries("actions")) if (!name.endsWith(".tmp")) actions++
  const parts = [
    `${count(objects)} objects, ${count(actions)} results, ${plural(store.refNames().length, "pipeline")}`,
    ...(replies > 0 ? [plural(replies, "model call")] : []),
    ...(damaged > 0 ? [plural(damaged, "damaged entry", "damaged entries")] : []),
    ...(useless > 0 ? [`${plural(useless, "damaged entry", "damaged entries")} removed that nothing needs`] : [])
  ]
  const left = leftovers(store)
  if (left > 0)
    parts.push(`${plural(left, "leftover")} of interrupted writes (sluice gc removes ${left > 1 ? "them" : "it"})`)
  return parts.join(", ")
}

/** Files that only an interrupted write leaves. */
const leftovers = (store: Store): number => {
  const temporary = (folder: string, pattern: RegExp) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)).length : 0
  let left = temporary(join(store.root, "folders"), /^making-/)
  for (const folder of [".", "refs", "reports"]) left += temporary(join(store.root, folder), /\.tmp$/)
  for (const kind of ["objects", "actions"] as const)
    for (const { name } of store.entries(kind)) if (name.endsWith(".tmp")) left++
  return left
}
