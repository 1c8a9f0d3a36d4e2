// Where a row stands in its file, found by its id: for errors, which tell of a few rows only.
import type { GraphNode } from "../graph/graph.ts"
import type { Store } from "../store/store.ts"
import { digestBytes, digestHex } from "../table/digest.ts"
import { float64Of, int32Of, readPack } from "../table/pack.ts"
import type { View } from "../table/view.ts"
import { type NodeRecord, refsOf, type SourceRefs, viewsOf } from "./node-record.ts"
import type { Place } from "./records.ts"

/** "data/a.jsonl line 3" */
export const placeText = (path: string, place: Place): string =>
  "line" in place ? `${path} line ${place.line}` : `${path} bytes ${place.start}–${place.end}`

/** Digits of a row's id that are told. */
const idDigits = 12

/** A row as errors tell of it: "row 3f9a12ab45cd (data/a.jsonl line 3)". */
export const rowText = (id: string, place: string | undefined): string =>
  `row ${id.slice(0, idDigits)}${place === undefined ? "" : ` (${place})`}`

/** The record behind a row of a parsed partition; undefined where no row has the id. */
export const recordOf = (store: Store, view: View, id: string): number | undefined => {
  const { ids, good } = readPack(store.get(view.ids))
  if (ids === undefined || good === undefined) return undefined
  for (let row = 0; row * digestBytes < ids.length; row++) if (digestHex(ids, row) === id) return int32Of(good)[row]
  return undefined
}

/** Nodes that keep their rows' ids. */
const keeping = new Set(["map", "filter", "select"])

/** The place of a row of a node's dataset in a source's file, where its id leads there. */
export const sourcePlace = (
  store: Store,
  records: ReadonlyMap<GraphNode, NodeRecord>,
  node: GraphNode,
  id: string
): string | undefined => {
  if (node.kind !== "source") {
    if (!keeping.has(node.kind)) return undefined
    for (const edge of node.edges.filter(({ input }) => input === "rows")) {
      const found = sourcePlace(store, records, edge.node, id)
      if (found !== undefined) return found
    }
    return undefined
  }
  const known = records.get(node)
  if (known === undefined) return undefined
  const { files, places } = refsOf<SourceRefs>(store, known)
  for (const [partition, view] of viewsOf(store, known.datasets[""]!).entries()) {
    const record = recordOf(store, view, id)
    if (record === undefined) continue
    const { file, start, end } = readPack(store.get(places[partition]!))
    const [from, to] = [float64Of(start!)[record]!, float64Of(end!)[record]!]
    return placeText(files[int32Of(file!)[record]!]!.path, to === -1 ? { line: from } : { start: from, end: to })
  }
  return undefined
}
