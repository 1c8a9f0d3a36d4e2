// Checks that a row function has no memory: computes a sample of rows again, in another order, in a thread of its own.
import type { GraphNode } from "../graph/graph.ts"
import { seededRandom, shuffledOrder } from "../model/random.ts"
import type { Store } from "../store/store.ts"
import { digestHex, digestText, sha256, takeDigests } from "../table/digest.ts"
import { readPack, uint16Of } from "../table/pack.ts"
import { Partition } from "../table/view.ts"
import type { RowAction } from "./row-action.ts"
import { runRowNode } from "./row-node.ts"
import { RowReuse } from "./row-reuse.ts"
import { type RecheckTask, sampleRows } from "./task.ts"

interface Chosen {
  readonly whole: Partition
  readonly stored: RowAction
  readonly row: number
}

/** Ids of sampled rows whose result differs from the stored one. Of few rows each is tried several times. */
export const recheckRows = async (
  store: Store,
  node: GraphNode,
  task: RecheckTask
): Promise<{ readonly differs: ReadonlyArray<string> }> => {
  const chosen: Array<Chosen> = []
  for (const { view, action } of task.samples) {
    const stored = store.action<RowAction>(action)
    if (stored === undefined) continue
    const whole = new Partition(view, store)
    // What is read for the whole is there for each row alone.
    await whole.columns([...new Set(Object.values(node.reads))])
    const most = Math.ceil(sampleRows / task.samples.length)
    const step = Math.max(1, Math.floor(whole.rows / most))
    for (let row = 0; row < Math.min(whole.rows, most * step); row += step) chosen.push({ whole, stored, row })
  }
  const differs = new Set<string>()
  const memory = scratch(store)
  const rounds = chosen.length === 0 ? 0 : Math.min(8, Math.ceil(sampleRows / chosen.length))
  for (let round = 0; round < rounds; round++)
    for (const index of shuffledOrder(chosen.length, seededRandom(round, "recheck"))) {
      const { whole, stored, row } = chosen[index]!
      const kept = new Uint8Array(whole.rows)
      kept[row] = 1
      const alone = { store: memory, node, keys: task.keys, partition: whole.narrow(kept), reuse: none(store) }
      const { outcome } = await runRowNode(alone)
      if (!sameRow(memory, node, stored, outcome.action, row)) differs.add(digestHex(whole.ids(), row))
    }
  return { differs: [...differs] }
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
  if (before["codes"] !== undefined && after["codes"] !== undefined)
    if (uint16Of(before["codes"])[row] !== uint16Of(after["codes"])[0]) return false
  const rows = node.kind === "expand" ? childRows(before["parent"]!, row) : Int32Array.of(row)
  return Object.keys(before)
    .filter((name) => name.startsWith("digest:"))
    .every((name) => {
      const expected = takeDigests(before[name]!, rows)
      return (
        expected.length === after[name]!.length &&
        [...rows.keys()].every((i) => digestText(expected, i) === digestText(after[name]!, i))
      )
    })
}

const childRows = (parent: Uint8Array, row: number): Int32Array => {
  const parents = new Int32Array(parent.buffer, parent.byteOffset, parent.byteLength / 4)
  return Int32Array.from([...parents.keys()].filter((child) => parents[child] === row))
}
