// What there is to say about one node: from a fresh plan, and from the store what its last finished run did.
import { unknownName } from "../errors.ts"
import type { Graph, GraphNode } from "../graph/graph.ts"
import type { NodePlan } from "../graph/plan.ts"
import type { NodeRecord, PipelineRef, RowTotals } from "../run/node-record.ts"
import type { Plan } from "../run/planner.ts"
import { ingredientsOf } from "../run/record-key.ts"
import type { Survey } from "../run/survey.ts"

export interface NodeAccount extends NodePlan {
  readonly stage: string
  readonly reads: { readonly [need: string]: string }
  readonly inputs: ReadonlyArray<{
    readonly input: string
    readonly label?: string
    readonly node: string
    readonly part?: string
  }>
  /** Input files of a source with their sha256. */
  readonly files: { readonly [path: string]: string }
  readonly options: { readonly [name: string]: unknown }
  readonly reasons: ReadonlyArray<string>
  readonly code: ReadonlyArray<{
    readonly function: string
    readonly hash: string
    readonly symbols: ReadonlyArray<{ readonly symbol: string; readonly file: string; readonly hash: string }>
    readonly packages: ReadonlyArray<string>
  }>
  readonly last: {
    readonly run: string
    readonly rows: RowTotals
    readonly reasons: { readonly [reason: string]: number }
    readonly seconds: number
  } | null
}

/** The node of a graph as a user names it. */
export const nodeNamed = (graph: Graph, name: string): GraphNode => {
  const node = graph.nodes.find((one) => one.name === name)
  if (node !== undefined) return node
  const names = graph.nodes.map((one) => one.name)
  throw unknownName("SLUICE_UNKNOWN", `${graph.pipeline} has no node`, name, names, "its nodes")
}

/** The account of the node with a name. */
export const explainNode = (survey: Survey, plan: Plan, name: string): NodeAccount => {
  const { graph, store } = survey
  const node = nodeNamed(graph, name)
  const known = new Map([...plan.known].flatMap(([one, { record }]) => (record === undefined ? [] : [[one, record]])))
  const { inputs } = ingredientsOf(survey, node, known)
  const code = survey.written.get(node)!.functions
  const ref = store.ref<PipelineRef>(graph.pipeline)
  const key = ref?.nodes[name]
  const record = key === undefined ? undefined : store.action<NodeRecord>(key)
  return {
    ...plan.nodes[graph.nodes.indexOf(node)]!,
    stage: node.declaration.name,
    reads: node.reads,
    inputs: node.edges.map((edge) => ({
      input: edge.input,
      ...(edge.label === undefined ? {} : { label: edge.label }),
      node: edge.node.name,
      ...(edge.part === undefined ? {} : { part: edge.part })
    })),
    files: node.kind === "source" ? inputs : {},
    options: Object.fromEntries(
      Object.entries(node.options).map(([option, value]) => [
        option,
        isSchema(value) ? "(a schema)" : option in node.keyed ? node.keyed[option] : value
      ])
    ),
    reasons: node.declaration.reasons,
    code: Object.entries(code).map(([name_, { hash, symbols, packages }]) => ({
      function: name_,
      hash,
      symbols: symbols.map(({ symbol, file, hash: own }) => ({ symbol, file, hash: own })),
      packages: packages.map(({ package: pack, version }) => `${pack} ${version}`)
    })),
    last:
      record === undefined
        ? null
        : { run: ref!.run, rows: record.totals, reasons: record.reasons, seconds: record.seconds }
  }
}

const isSchema = (value: unknown): boolean => typeof value === "object" && value !== null && "ast" in value
