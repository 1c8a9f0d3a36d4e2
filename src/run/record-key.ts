// What a node's record is stored under and made of: its functions, its options, and the content of what it reads.
import { chosenColumns, type Edge, type GraphNode, inputColumns } from "../graph/graph.ts"
import { type NodeKeys, nodeKeys, runtime } from "../graph/key.ts"
import type { NodeIngredients } from "../graph/plan.ts"
import { unlessDamaged } from "../store/damage.ts"
import type { Store } from "../store/store.ts"
import { keyOf } from "../table/digest.ts"
import { datasetDigest, type DatasetHead, type NodeRecord } from "./node-record.ts"
import { isThere, reachOf } from "./reach.ts"
import type { Survey } from "./survey.ts"

/** The digest of what an edge delivers, from the record of the node it comes from. */
export const edgeDigest = (edge: Edge, record: NodeRecord): string => {
  const { folder } = record
  if (folder === undefined) return datasetDigest(headOf(edge, record).content)
  // What is judged of a result changes none of it.
  return keyOf([folder.digest, folder.objections === undefined ? folder.passed : true])
}

export const headOf = (edge: Pick<Edge, "part">, record: NodeRecord): DatasetHead => record.datasets[edge.part ?? ""]!

const inputOf = (node: GraphNode, edge: Edge, record: NodeRecord): unknown => {
  if (node.kind !== "program" || record.folder !== undefined) return edgeDigest(edge, record)
  const { content } = headOf(edge, record)
  const read = Object.entries(inputColumns(node, edge.input)).map(([need, column]) => [need, content.columns[column]])
  return [content.rows, content.ids, read]
}

/** The key of a node's record: its functions, its options and the content of all its inputs. */
export const recordKey = (survey: Survey, node: GraphNode, inputs: ReadonlyMap<GraphNode, NodeRecord>): string =>
  keyWith(survey, node, inputs, survey.keys.get(node)!)

/** The key of what a program's run makes, before it is judged; that of its record where it is not. */
export const runKeyOf = (survey: Survey, node: GraphNode, inputs: ReadonlyMap<GraphNode, NodeRecord>): string => {
  const { row } = survey.keys.get(node)!
  return keyWith(survey, node, inputs, { row, whole: row })
}

const keyWith = (
  survey: Survey,
  node: GraphNode,
  inputs: ReadonlyMap<GraphNode, NodeRecord>,
  keys: NodeKeys
): string => {
  if (node.kind === "source") {
    const files = survey.files.get(node)!.map(({ path, digest }) => [path, digest])
    return keyOf(["record", keys.row, files])
  }
  const edges = node.edges.map((edge) => [edge.input, edge.label ?? null, inputOf(node, edge, inputs.get(edge.node)!)])
  const compute = node.kind === "program" ? survey.compute : null
  return keyOf(["record", keys.row, keys.whole, edges, chosenColumns(node), compute])
}

export const edgeLabel = (edge: Edge): string =>
  `${edge.label === undefined ? edge.input : `${edge.input}.${edge.label}`} from ${edge.node.name}${edge.part ? ` (${edge.part})` : ""}`

export const ingredientsOf = (
  survey: Survey,
  node: GraphNode,
  inputs: ReadonlyMap<GraphNode, NodeRecord>
): NodeIngredients => ({
  code: survey.code.get(node)!.functions,
  options: { ...node.keyed, ...chosenColumns(node) },
  inputs:
    node.kind === "source"
      ? Object.fromEntries(survey.files.get(node)!.map(({ path, digest }) => [path, digest]))
      : Object.fromEntries(
          node.edges
            .filter((edge) => inputs.has(edge.node))
            .map((edge) => [edgeLabel(edge), keyOf(inputOf(node, edge, inputs.get(edge.node)!))])
        ),
  runtime: node.kind === "program" ? { ...runtime, ...survey.compute } : runtime,
  declared: keyOf(nodeKeys(node, { functions: {}, impure: undefined }, null))
})

/** Whether everything that a record names is there. */
export const intact = (store: Store, record: NodeRecord): boolean =>
  unlessDamaged(() => {
    for (const named of reachOf(store, record)) if (!isThere(store, named)) return false
    return true
  }, false)

/** Where a function runs: a pipeline's node, on the rows of one of its inputs. */
export const placeOf = (survey: Survey, node: GraphNode, edge: Edge | undefined): string =>
  JSON.stringify([survey.graph.pipeline, node.name, edge === undefined ? -1 : node.edges.indexOf(edge)])
