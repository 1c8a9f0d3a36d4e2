// Checks that a function has no memory: makes a sample of its calls again, in another order, in a thread of its own.
import type { GraphNode } from "../graph/graph.ts"
import type { NodeKeys } from "../graph/key.ts"
import { seededRandom, shuffledOrder } from "../model/random.ts"
import type { Store } from "../store/store.ts"
import { digestHex, digestText, sha256, takeDigests } from "../table/digest.ts"
import { int32Of, readPack } from "../table/pack.ts"
import { Partition, type View } from "../table/view.ts"
import { groupTries } from "./gather-probe.ts"
import type { Caller } from "./row-calls.ts"
import { type ParseInput, parseRecords, someRecords } from "./parse.ts"
import type { RowAction } from "./row-action.ts"
import { type ResolveProbe, resolvedOtherwise } from "./resolve-probe.ts"
import { openModels, type RowModels } from "./row-model.ts"
import { runRowNode } from "./row-node.ts"
import { RowReuse } from "./row-reuse.ts"
import { ownRows } from "./taken.ts"
import { readStretches } from "./stretch.ts"
import { type RecheckTask, sampleRows, type SelectAction } from "./task.ts"
import { codesOf } from "./verdict-codes.ts"

/** One call of a stage's function that is made again. */
export interface Try {
  /** Id of the row, or of one of the rows. */
  readonly id: string
  /** Makes the call, and says whether it gave what it gave before. */
  readonly isSame: () => Promise<boolean>
}

/** Ids of sampled rows whose result differs from the stored one. Of few rows each is tried several times, a resolve once. */
export const recheck = async (
  store: Store,
  node: GraphNode,
  { samples, keys, models: linked }: RecheckTask,
  call: Caller
): Promise<{ readonly differs: ReadonlyArray<string> }> => {
  const most = Math.ceil(sampleRows / samples.length)
  const models = openModels(node, linked)
  const tries: Array<Try> = []
  const probes: Array<ResolveProbe> = []
  for (const sample of samples)
    if ("tables" in sample) probes.push(sample)
    else if ("groups" in sample) tries.push(...(await groupTries(store, node, sample.groups)))
    else {
      const [key] = sample.made
      const stored = store.action<RowAction>(key)
      if (stored === undefined) continue
      if ("view" in sample)
        tries.push(...(await rowTries({ store, node, keys, stored, most, models, call }, sample.view)))
      else tries.push(...recordTries({ store, node, keys, stored, most, models, call }, sample.records))
    }
  const differs = new Set<string>()
  const rounds = tries.length === 0 ? 0 : Math.min(8, Math.ceil(sampleRows / tries.length))
  for (let round = 0; round < rounds; round++)
    for (const index of shuffledOrder(tries.length, seededRandom(round, "recheck"))) {
      const { id, isSame } = tries[index]!
      if (!(await isSame())) differs.add(id)
    }
  for (const { tables, made } of probes) {
    const stored = store.action<SelectAction>(made[0])
    const stores = { store, memory: scratch(store) }
    const others = stored === undefined ? [] : await resolvedOtherwise(stores, node, tables, stored, models)
    for (const id of others) differs.add(id)
  }
  return { differs: [...differs] }
}

/** What a sample is compared with, and how many of its rows are tried at most. */
interface Sampled {
  readonly store: Store
  readonly node: GraphNode
  readonly keys: NodeKeys
  readonly stored: RowAction
  readonly most: number
  readonly models: RowModels
  readonly call: Caller
}

const spread = (rows: number, most: number): Int32Array => {
  const step = Math.max(1, Math.floor(rows / most))
  return Int32Array.from({ length: Math.min(most, Math.ceil(rows / step)) }, (_, i) => i * step)
}

const rowTries = async (
  { store, node, keys, stored, most, models, call }: Sampled,
  view: View
): Promise<Array<Try>> => {
  const whole = new Partition(view, store)
  // What is read for the whole is there for each row alone.
  await whole.columns([...new Set(Object.values(node.reads))])
  const memory = scratch(store)
  return Array.from(spread(whole.rows, most), (row): Try => {
    const kept = new Uint8Array(whole.rows)
    kept[row] = 1
    const alone = { store: memory, node, keys, partition: whole.narrow(kept), reuse: none(store), models, call }
    const isSame = async () => sameRow(memory, node, stored, (await runRowNode(alone)).outcome.action, row)
    return { id: digestHex(whole.ids(), row), isSame }
  })
}

const recordTries = ({ store, node, keys, stored, most }: Sampled, records: ParseInput): Array<Try> => {
  const input = readStretches(node.name, records)
  const memory = scratch(store)
  const before = readPack(store.get(stored.pack))
  const good = int32Of(before["good"]!)
  return Array.from(spread(input.files.length, most), (row): Try => {
    const alone = someRecords(input, Int32Array.of(row))
    const at = good.indexOf(row)
    const isSame = async () => {
      const { action } = (await parseRecords(memory, node, keys, alone, none(store))).outcome
      if (action.errors.length > 0 || at === -1) return action.errors.length > 0 && at === -1
      return sameDigests(before, readPack(memory.get(action.pack)), Int32Array.of(at))
    }
    return { id: digestHex(input.digests, row), isSame }
  })
}

const none = (store: Store) => new RowReuse(store, [])

/** A store that reads from the real one and keeps what is put into it in memory. */
const scratch = (store: Store): Store => {
  const made = new Map<string, Uint8Array>()
  return Object.assign(Object.create(store) as Store, {
    put: (bytes: Uint8Array) => {
      const digest = sha256(bytes)
      made.set(digest, bytes)
      return digest
    },
    get: (digest: string) => made.get(digest) ?? store.get(digest),
    has: (digest: string) => made.has(digest) || store.has(digest),
    action: () => undefined,
    putAction: () => {}
  })
}

const sameRow = (store: Store, node: GraphNode, stored: RowAction, again: RowAction, row: number): boolean => {
  if (stored.errors.some((error) => error.row === row)) return again.errors.length > 0
  const before = readPack(store.get(stored.pack))
  const after = readPack(store.get(again.pack))
  if (node.kind === "filter" || node.kind === "expand")
    if (codesOf(store, stored)[row] !== codesOf(store, again)[0]) return false
  const rows = node.kind === "expand" ? childRows(before["parent"]!, row) : Int32Array.of(ownRows(stored)?.[row] ?? row)
  return sameDigests(before, after, rows)
}

type Pack = ReturnType<typeof readPack>

/** Whether all columns of a pack made again are those of the stored rows. */
const sameDigests = (before: Pack, after: Pack, rows: Int32Array): boolean =>
  Object.keys(before)
    .filter((name) => name.startsWith("digest:"))
    .every((name) => {
      const expected = takeDigests(before[name]!, rows)
      return (
        expected.length === after[name]!.length &&
        [...rows.keys()].every((i) => digestText(expected, i) === digestText(after[name]!, i))
      )
    })

const childRows = (parent: Uint8Array, row: number): Int32Array => {
  const parents = new Int32Array(parent.buffer, parent.byteOffset, parent.byteLength / 4)
  return Int32Array.from([...parents.keys()].filter((child) => parents[child] === row))
}
