// What a finished node made, sealed into the record that later runs take for its result.
import type { GraphNode } from "../graph/graph.ts"
import { contentOfRecord, type NodeRecord, type RowWork } from "./node-record.ts"
import { ingredientsOf, recordKey } from "./record-key.ts"
import { partialKey } from "./row-action.ts"
import type { Survey } from "./survey.ts"
import type { Tally } from "./tally.ts"

/** What a node made, before it is sealed into a record. */
export interface Made {
  readonly datasets: NodeRecord["datasets"]
  readonly folder: NodeRecord["folder"]
  readonly refs: unknown
}

/**
 * The record of a node; what it names is put into the store, the record itself is not. `records` are those of its inputs,
 * `before` what the last run made of the node.
 */
export const sealRecord = (
  survey: Survey,
  node: GraphNode,
  made: Made,
  tally: Tally,
  records: ReadonlyMap<GraphNode, NodeRecord>,
  before: NodeRecord | undefined
): NodeRecord => {
  tally.check()
  const { store } = survey
  const ingredients = ingredientsOf(survey, node, records)
  const whole = recordKey(survey, node, records)
  // With failed rows it is no result that a later run may take for one: that run tries them again.
  const key = tally.failed === 0 ? whole : partialKey(whole)
  const summary = tally.summary()
  const record: NodeRecord = {
    key,
    node: node.name,
    stage: node.declaration.name,
    kind: node.kind,
    totals: tally.totals(),
    reasons: summary.reasons,
    datasets: made.datasets,
    folder: made.folder,
    refs: store.put(Buffer.from(JSON.stringify(made.refs))),
    partitions: tally.hit + tally.run,
    ingredients: { ...ingredients, code: store.put(Buffer.from(JSON.stringify(ingredients.code))) },
    seconds: summary.seconds,
    work: workOf({ computed: tally.computed, seconds: summary.seconds }, before)
  }
  if (key === whole) store.compare(key, record, contentOfRecord)
  return record
}

/** The work of a run that computed about as many rows as any before it, and of those the last. */
const workOf = (now: RowWork, before: NodeRecord | undefined): RowWork | undefined => {
  const known = before?.work
  if (known !== undefined && now.computed < known.computed / 2) return known
  return now.computed === 0 ? undefined : now
}
