// Replays what a filter or select decides, on the scores of the last run and with the options of now. Stores nothing.
import { SluiceError } from "../errors.ts"
import { type GraphNode, modelEdges, rowEdges } from "../graph/graph.ts"
import type { NodeKeys } from "../graph/key.ts"
import type { FilterDeclaration, SelectDeclaration } from "../stage/declaration.ts"
import { DamagedObject } from "../store/store.ts"
import { rowsIn, type View } from "../table/view.ts"
import { prepares } from "./chain.ts"
import { keysWithModels, linkedModels } from "./model-links.ts"
import { type EdgeRef, type NodeRecord, type PipelineRef, type RowRefs, refsOf, viewsOf } from "./node-record.ts"
import { failedCode, partialKey, type RowAction, rowKey } from "./row-action.ts"
import { openModels } from "./row-model.ts"
import { decideScores } from "./row-filter.ts"
import { fieldsOf } from "./row-function.ts"
import { decideAll } from "./select-task.ts"
import type { Survey } from "./survey.ts"
import { storedColumns } from "./taken.ts"
import type { PreparedTable } from "./task.ts"

/** What a decision makes of a row. */
export type Decision =
  | { readonly verdict: "kept" }
  | { readonly verdict: "failed" }
  | { readonly verdict: "dropped"; readonly reason: string }
  /** `into` is a row of the same input. */
  | { readonly verdict: "merged"; readonly reason: string; readonly into: number }
  | { readonly verdict: "part"; readonly part: string }

const kept: Decision = { verdict: "kept" }
const failed: Decision = { verdict: "failed" }

/** The decisions of a node on the rows it met in the last finished run, in their order. */
export const replay = async (survey: Survey, ref: PipelineRef, node: GraphNode): Promise<ReadonlyArray<Decision>> => {
  const inputs = rowEdges(node).map((edge) => {
    const was = ref.edges[node.name]?.find(
      ({ input, label, node: from, part }) =>
        input === edge.input && label === edge.label && from === edge.node.name && part === edge.part
    )
    if (was === undefined)
      throw new SluiceError("SLUICE_NO_RUN", `${node.name} now reads ${edge.node.name}, which the last run did not`, {
        hint: `sluice run ${ref.pipeline}, then ask again`
      })
    return { input: edge.input, views: viewsBehind(survey, ref, was) }
  })
  try {
    return node.kind === "filter"
      ? await filtered(survey, ref, node, inputs[0]!.views)
      : await selected(survey, ref, node, inputs)
  } catch (cause) {
    if (cause instanceof DamagedObject) throw lost(ref, node)
    throw cause
  }
}

/** The records of the last run of the nodes that made a node's models. */
const recordsThen = (survey: Survey, ref: PipelineRef, node: GraphNode): ReadonlyMap<GraphNode, NodeRecord> =>
  new Map(
    modelEdges(node).map(({ node: from }) => {
      const record = survey.store.action<NodeRecord>(ref.nodes[from.name]!)
      if (record === undefined) throw gone(ref, from.name)
      return [from, record]
    })
  )

/** A node's keys with the models of the last run. */
const keysThen = (survey: Survey, ref: PipelineRef, node: GraphNode): NodeKeys =>
  keysWithModels(node, survey.keys.get(node)!, recordsThen(survey, ref, node))!

const viewsBehind = (survey: Survey, ref: PipelineRef, edge: EdgeRef): ReadonlyArray<View> => {
  const record = survey.store.action<NodeRecord>(ref.nodes[edge.node]!)
  const head = record?.datasets[edge.part ?? ""]
  if (head === undefined) throw gone(ref, edge.node)
  return viewsOf(survey.store, head)
}

const filtered = async (
  survey: Survey,
  ref: PipelineRef,
  node: GraphNode,
  views: ReadonlyArray<View>
): Promise<ReadonlyArray<Decision>> => {
  const { store } = survey
  const declaration = node.declaration as FilterDeclaration
  const record = store.action<NodeRecord>(ref.nodes[node.name]!)
  if (record === undefined) throw gone(ref, node.name)
  const { partitions } = refsOf<RowRefs>(store, record)
  const keys = keysThen(survey, ref, node)
  const fields = fieldsOf(declaration.measures!, node.name)
  const decisions: Array<Decision> = []
  const reasons = declaration.reasons.map((reason): Decision => ({ verdict: "dropped", reason }))
  for (const [index, view] of views.entries()) {
    const key = rowKey(node, keys, view)
    const reuse = partitions[index]?.reuse
    if (reuse !== key && reuse !== partialKey(key)) throw measuredOtherwise(ref, node, "measure")
    const measured = store.action<RowAction>(reuse)
    if (measured?.block === undefined) throw lost(ref, node)
    const columns = await storedColumns(store, measured, fields)
    for (const code of decideScores(node, declaration, columns, measured, view.rows))
      decisions.push(code === 0 ? kept : code === failedCode ? failed : reasons[code - 1]!)
  }
  return decisions
}

const selected = async (
  survey: Survey,
  ref: PipelineRef,
  node: GraphNode,
  inputs: ReadonlyArray<{ readonly input: string; readonly views: ReadonlyArray<View> }>
): Promise<ReadonlyArray<Decision>> => {
  const { store } = survey
  const { reasons, parts } = node.declaration as SelectDeclaration
  const keys = keysThen(survey, ref, node)
  const keyOf = (view: View) => (prepares(node) ? rowKey(node, keys, view) : "")
  const tables = inputs.map(
    ({ input, views }): PreparedTable => ({
      input,
      partitions: views.map((view) => {
        const whole = keyOf(view)
        const prepared = whole === "" || store.hasAction(whole) ? whole : partialKey(whole)
        if (prepared !== "" && store.action<RowAction>(prepared) === undefined)
          throw measuredOtherwise(ref, node, "prepare")
        return { view, prepared }
      })
    })
  )
  const models = openModels(node, linkedModels(store, node, recordsThen(survey, ref, node)))
  const sheet = await decideAll(store, node, tables, models)
  const rows = rowsIn(inputs.find(({ input }) => input === "rows")!.views)
  return Array.from({ length: rows }, (_, row): Decision => {
    const code = sheet.code(row)
    if (code === failedCode) return failed
    if (parts.length > 0) return { verdict: "part", part: parts[code]! }
    if (code === 0) return kept
    const into = sheet.into(row)
    const reason = reasons[code - 1]!
    return into === undefined ? { verdict: "dropped", reason } : { verdict: "merged", reason, into }
  })
}

const again = (ref: PipelineRef): string => `sluice run ${ref.pipeline}, then ask again`

const measuredOtherwise = (ref: PipelineRef, node: GraphNode, what: string): SluiceError =>
  new SluiceError("SLUICE_NO_RUN", `the last run has no scores of ${node.name} by its ${what} as it is now`, {
    evidence: [`its ${what}, what that reads, or the options it sees have changed since run ${ref.run}`],
    hint: again(ref)
  })

const lost = (ref: PipelineRef, node: GraphNode): SluiceError =>
  new SluiceError("SLUICE_DAMAGED", `the store no longer holds the scores of ${node.name}`, { hint: again(ref) })

const gone = (ref: PipelineRef, node: string): SluiceError =>
  new SluiceError("SLUICE_NO_RUN", `run ${ref.run} of ${ref.pipeline} has no result of ${node}`, { hint: again(ref) })
