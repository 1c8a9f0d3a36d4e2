// Chains: row-local work that runs back to back on each partition, in one worker, without waiting for other partitions.
import { type Edge, type GraphNode, modelEdges, rowEdges } from "../graph/graph.ts"
import type { View } from "../table/view.ts"
import type { RowAction } from "./row-action.ts"

export interface ChainLink {
  readonly node: GraphNode
  /** The input whose rows this link works on. */
  readonly edge: Edge | undefined
  /** Parsing a source, running a row-local node, or preparing a select's rows. */
  readonly role: "parse" | "row" | "prepare"
}

export interface Chain {
  /** Where the first link's partitions come from; absent for a source. */
  readonly input: Edge | undefined
  readonly links: Array<ChainLink>
}

/** A partition, the link from which on it must be computed, and its view there. */
export interface Work {
  readonly index: number
  readonly from: number
  readonly view: View | undefined
}

/** What a partition came to at a link. */
export interface Passed {
  readonly key: string
  readonly reuseKey: string
  readonly view: View
  readonly action: RowAction
}

/** A select's input: its partitions, and what was prepared of each. */
export interface PreparedInput {
  readonly views: ReadonlyArray<View>
  readonly prepared: ReadonlyArray<Passed>
}

/** Kinds of stage whose result of a row depends on that row alone. */
export const rowLocal: ReadonlySet<string> = new Set(["map", "filter", "expand"])

export const prepares = (node: GraphNode): boolean =>
  node.declaration.kind === "select" && Object.keys(node.declaration.prepares).length > 0

/**
 * Divides the row-local work of the nodes that must run into chains, in pipeline order. A node that asks a model which another
 * makes begins a chain: what it reads may be what the model is made from.
 */
export const chainsOf = (nodes: ReadonlyArray<GraphNode>): ReadonlyArray<Chain> => {
  const chains: Array<Chain> = []
  const open = new Map<GraphNode, Chain>()
  const link = (node: GraphNode, edge: Edge, role: "row" | "prepare") => {
    const joins = edge.part === undefined && modelEdges(node).length === 0
    const chain = joins ? open.get(edge.node) : undefined
    if (chain !== undefined) {
      open.delete(edge.node)
      chain.links.push({ node, edge, role })
      if (role === "row") open.set(node, chain)
      return
    }
    const fresh: Chain = { input: edge, links: [{ node, edge, role }] }
    chains.push(fresh)
    if (role === "row") open.set(node, fresh)
  }
  for (const node of nodes) {
    if (node.kind === "source") {
      const chain: Chain = { input: undefined, links: [{ node, edge: undefined, role: "parse" }] }
      chains.push(chain)
      open.set(node, chain)
    } else if (rowLocal.has(node.kind)) link(node, node.edges.find(({ input }) => input === "rows")!, "row")
    else if (prepares(node)) for (const edge of rowEdges(node)) link(node, edge, "prepare")
  }
  return chains
}

/** Stretches of partitions that runs at work at the same time take in orders of their own. */
const stretches = 32

/** Partitions in stretches, each in order so that a file is read once, the stretches in the order given. */
export const inStretches = (
  waiting: ReadonlyArray<Work>,
  order: (n: number) => ReadonlyArray<number>
): ReadonlyArray<Work> => {
  const length = Math.max(1, Math.ceil(waiting.length / stretches))
  return order(Math.ceil(waiting.length / length)).flatMap((i) => waiting.slice(i * length, (i + 1) * length))
}
