// What a node's record reaches in the store: the objects and results without which it, its rows or its lineage cannot be read.
import { DamagedObject, type Store } from "../store/store.ts"
import type { View } from "../table/view.ts"
import {
  type GatherRefs,
  type JudgedRefs,
  type NodeRecord,
  refsOf,
  type SelectRefs,
  type SourceRefs,
  viewsOf
} from "./node-record.ts"
import type { RowAction } from "./row-action.ts"
import type { GatherAction, SelectAction } from "./task.ts"

export interface Reached {
  readonly kind: "object" | "result"
  /** The digest of an object, the key of a result. */
  readonly name: string
}

const object = (name: string): Reached => ({ kind: "object", name })

/** The objects behind a view. */
export const objectsOf = function* (view: View): Generator<string> {
  yield view.ids
  for (const { block, pack, steps } of Object.values(view.columns)) {
    yield block
    yield pack
    for (const step of steps) if ("parent" in step) yield step.parent
  }
}

/** Whether every object behind a view is there. */
export const viewIntact = (store: Store, view: View): boolean => {
  for (const digest of objectsOf(view)) if (!store.has(digest)) return false
  return true
}

/**
 * Everything that a record names, directly or through what it names. Reads as it goes: something that is named only by
 * what is damaged is not given, but what is damaged is, before the reading fails.
 */
export const reachOf = function* (store: Store, record: NodeRecord): Generator<Reached> {
  yield { kind: "result", name: record.key }
  yield object(record.ingredients.code)
  if (record.folder !== undefined) {
    yield object(record.folder.ledger)
    for (const { object: digest } of record.folder.files) yield object(digest)
  }
  for (const head of Object.values(record.datasets)) {
    yield object(head.body)
    for (const view of viewsOf(store, head)) for (const digest of objectsOf(view)) yield object(digest)
  }
  yield object(record.refs)
  const refs = refsOf<Partial<SourceRefs & SelectRefs & GatherRefs & JudgedRefs>>(store, record)
  for (const digest of refs.places ?? []) yield object(digest)
  const keys = [
    ...(refs.partitions ?? []).flatMap(({ action, reuse }) => [action, reuse]),
    ...(refs.action === undefined ? [] : [refs.action]),
    ...(refs.prepared ?? []),
    ...(refs.buckets ?? []),
    ...(refs.ran === undefined ? [] : [refs.ran])
  ]
  for (const key of new Set(keys)) {
    yield { kind: "result", name: key }
    const { pack, block, edges } = store.needed<Partial<RowAction & SelectAction & GatherAction>>(key)
    for (const digest of [pack, block, edges]) if (digest !== undefined) yield object(digest)
  }
}

/** What a record names as far as it can be read: what cannot be read is given, what only that names is not. */
export const readableReach = function* (store: Store, record: NodeRecord): Generator<Reached> {
  try {
    yield* reachOf(store, record)
  } catch (cause) {
    if (!(cause instanceof DamagedObject)) throw cause
  }
}

/** Whether something that is named is there. */
export const isThere = (store: Store, { kind, name }: { readonly kind: string; readonly name: string }): boolean =>
  kind === "object" ? store.has(name) : store.hasAction(name)
