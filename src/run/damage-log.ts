// What a run finds damaged: told when it is found, and again when it is known what became of it.
import { plural } from "../graph/number-text.ts"
import { type Damage, DamagedObject, damagedThing, damageText } from "../store/damage.ts"
import type { Difference, Store } from "../store/store.ts"
import type { Journal, RunEvent } from "./journal.ts"
import type { NodeRecord, PipelineRef } from "./node-record.ts"
import type { RowAction } from "./row-action.ts"
import { isThere, readableReach, reachOf } from "./reach.ts"

type Warning = Extract<RunEvent, { readonly event: "warning" }>

/** How many damaged things are told a line each, and named where many are told together. */
const toldAlone = 3

const mending = (damage: Damage): string =>
  damage.kind === "object" || damage.kind === "result" ? "what it belongs to is computed anew" : "it is written anew"

export class DamageLog {
  readonly #listeners: ReadonlyArray<(event: RunEvent) => void>
  readonly #told = new Set<string>()
  readonly #different = new Set<string>()
  #journal: Journal | undefined
  #early: Array<Warning> = []
  #more: Array<Damage> = []

  constructor(listeners: ReadonlyArray<(event: RunEvent) => void>) {
    this.#listeners = listeners
  }

  /** From here on the journal has the warnings, those from before it began included. */
  open(journal: Journal) {
    this.#journal = journal
    for (const event of this.#early.splice(0)) journal.write(event, [])
  }

  #tell(event: Warning) {
    if (this.#journal === undefined) {
      this.#early.push(event)
      for (const listener of this.#listeners) listener(event)
    } else this.#journal.write(event)
  }

  found(found: Damage | Difference) {
    if (found.kind === "difference") {
      this.#different.add(found.name)
      return
    }
    const { path } = found
    if (this.#told.has(path)) return
    this.#told.add(path)
    if (this.#told.size > toldAlone) this.#more.push(found)
    else this.#damaged(`${damageText(found)}; ${mending(found)}`, [found])
  }

  /** Found all at once: told in one line. */
  foundAll(damage: ReadonlyArray<Damage>) {
    for (const one of damage) {
      if (this.#told.has(one.path)) continue
      this.#told.add(one.path)
      this.#more.push(one)
    }
    this.#tellMore()
  }

  /** What was found beyond the first few. */
  #tellMore() {
    const more = this.#more.splice(0)
    if (more.length === 0) return
    const named = more.slice(0, toldAlone).map(damagedThing).join(", ")
    const rest = more.length > toldAlone ? ` and ${more.length - toldAlone} more` : ""
    this.#damaged(`damaged as well: ${named}${rest}`, more)
  }

  #damaged(text: string, list: ReadonlyArray<Damage>, node?: string) {
    const paths = list.map(({ path }) => path)
    this.#tell({ event: "warning", code: "SLUICE_DAMAGED", text, paths, ...(node === undefined ? {} : { node }) })
  }

  /** Whether anything was found damaged: what is usually taken on trust is then looked at. */
  get isWary(): boolean {
    return this.#told.size > 0
  }

  /** Tells whatever else a run has to warn of; `paths` are files that were changed. */
  warn(text: string, paths?: ReadonlyArray<string>) {
    this.#tell({
      event: "warning",
      ...(paths === undefined ? {} : { code: "SLUICE_DAMAGED" as const }),
      text,
      ...(paths && { paths })
    })
  }

  /**
   * Says at the end of a run, by node, what was rebuilt, and what came out otherwise than before. Throws where something
   * that the run's own results name is gone: it has to start over. `others` are results that no record names.
   */
  settle(
    store: Store,
    ref: PipelineRef,
    records: ReadonlyArray<NodeRecord>,
    others: Iterable<readonly [key: string, node: string]>
  ) {
    this.#tellMore()
    this.#compare(store.ref<PipelineRef>(ref.pipeline), ref)
    const away = store.away()
    if (away.length === 0 && this.#different.size === 0) return
    const owners = new Map<string, string>()
    for (const record of records)
      for (const { name } of reachOf(store, record)) if (!owners.has(name)) owners.set(name, record.node)
    for (const [key, node] of others) {
      owners.set(key, node)
      const { pack, block } = store.action<Partial<RowAction>>(key) ?? {}
      for (const digest of [pack, block]) if (digest !== undefined) owners.set(digest, node)
    }
    const { back = [], gone = [] } = Object.groupBy(away, (damage) => (isThere(store, damage) ? "back" : "gone"))
    const broken = gone.find(({ name }) => owners.has(name))
    if (broken !== undefined) throw new DamagedObject(broken.name, broken.path, damageText(broken))
    this.#tellDifferent(owners)
    for (const [node, list] of Map.groupBy(back, ({ name }) => owners.get(name)))
      this.#damaged(`${node === undefined ? "" : `${node}: `}${rebuilt(list)}`, list, node)
    const elsewhere = gone.length === 0 ? new Map<string, string>() : reachedElsewhere(store, ref.pipeline)
    for (const [name, list] of Map.groupBy(gone, (damage) => elsewhere.get(damage.name)))
      if (name === undefined) this.#damaged(`no longer needed: ${things(list)} that were damaged`, list)
      else this.#damaged(`the pipeline ${name} lacks ${things(list)}; its next run computes them anew`, list)
    for (const damage of away) if (isThere(store, damage) || !elsewhere.has(damage.name)) store.forget(damage)
  }

  /** Outputs under the keys of the last finished run must be that run's: also where the nodes' own records were lost. */
  #compare(before: PipelineRef | undefined, now: PipelineRef) {
    for (const [name, { node, part, digest }] of Object.entries(now.outputs)) {
      const old = before?.outputs[name]
      const key = now.nodes[node]!
      if (old?.node === node && old.part === part && before!.nodes[node] === key && old.digest !== digest)
        this.#different.add(key)
    }
  }

  #tellDifferent(owners: ReadonlyMap<string, string>) {
    for (const [node, keys] of Map.groupBy(this.#different, (key) => owners.get(key)))
      this.#tell({
        event: "warning",
        code: "SLUICE_NOT_DETERMINISTIC",
        text:
          `${node ?? "a node"} gave something else than before from the same input with the same code ` +
          `(${plural(keys.length, "result")}): the new is kept; what varies by intention must be declared impure`,
        ...(node === undefined ? {} : { node })
      })
  }
}

/** How many objects and how many results, each with what is said of them. */
const things = (list: ReadonlyArray<Damage>, joint = " and ", ofObjects = "", ofResults = ""): string => {
  const objects = list.filter(({ kind }) => kind === "object").length
  const results = list.length - objects
  const parts = [
    ...(objects > 0 ? [`${plural(objects, "object")}${ofObjects}`] : []),
    ...(results > 0 ? [`${plural(results, "result")}${ofResults}`] : [])
  ]
  return parts.join(joint)
}

/** What was made anew: an object bears its digest as its name, so one that is back has the same bytes. */
const rebuilt = (list: ReadonlyArray<Damage>): string => things(list, ", ", " rebuilt with the same bytes", " rebuilt")

/** By object and result the pipeline beside this one whose last run reaches it. */
const reachedElsewhere = (store: Store, pipeline: string): ReadonlyMap<string, string> => {
  const reached = new Map<string, string>()
  for (const name of store.refNames()) {
    if (name === pipeline) continue
    for (const key of Object.values(store.ref<PipelineRef>(name)?.nodes ?? {})) {
      reached.set(key, name)
      const record = store.action<NodeRecord>(key)
      if (record !== undefined) for (const found of readableReach(store, record)) reached.set(found.name, name)
    }
  }
  return reached
}
