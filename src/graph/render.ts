// A graph as text tree, JSON and Mermaid, with what a plan says of its nodes where one is given. Pure: values in, text out.
import type { Edge, Graph, GraphNode } from "./graph.ts"
import type { NodePlan } from "./plan.ts"

type Plans = ReadonlyArray<NodePlan>

const planOf = (plans: Plans | undefined, node: GraphNode): NodePlan | undefined =>
  plans?.find(({ name }) => name === node.name)

const outputsOf = (graph: Graph, node: GraphNode): ReadonlyArray<string> =>
  graph.outputs
    .filter((output) => output.node === node)
    .map(({ name, part }) => (part === undefined ? name : `${name} (${part})`))

const edgeName = ({ input, label }: Edge): string => (label === undefined ? input : `${input}.${label}`)

const edgeSource = ({ node, part }: Edge): string => (part === undefined ? node.name : `${node.name} (${part})`)

/** The edge that a node hangs from in the tree: its rows, or else the input that is ready last. */
const mainEdge = (graph: Graph, node: GraphNode): Edge | undefined => {
  const place = (edge: Edge) => graph.nodes.indexOf(edge.node)
  const latest = node.edges.reduce<Edge | undefined>(
    (last, edge) => (last === undefined || place(edge) > place(last) ? edge : last),
    undefined
  )
  return node.edges.find(({ input }) => input === "rows") ?? latest
}

interface TreeLine {
  readonly head: string
  readonly kind: string
  readonly tail: string
}

const treeLine = (graph: Graph, node: GraphNode, lead: string, main: Edge | undefined, plans?: Plans): TreeLine => {
  const plan = planOf(plans, node)
  const part = main?.part === undefined ? "" : ` [${main.part}]`
  const others = node.edges.filter((edge) => edge !== main).map((edge) => `${edgeName(edge)} ← ${edgeSource(edge)}`)
  const outputs = outputsOf(graph, node)
  const tail = [
    plan === undefined ? "" : `${plan.verdict}${plan.because.length > 0 ? `: ${plan.because.join("; ")}` : ""}`,
    others.length === 0 ? "" : `with ${others.join(", ")}`,
    outputs.length === 0 ? "" : `⇒ ${outputs.join(", ")}`
  ]
  return { head: `${lead}${node.name}${part}`, kind: node.kind, tail: tail.filter((text) => text !== "").join("  ") }
}

/**
 * The graph as a text tree: every node once, below the node it takes its rows from. A chain stays in one column; only
 * where a result is read by several nodes the tree branches. Further inputs and outputs stand at the end of a line.
 */
export const renderTree = (graph: Graph, plans?: Plans): string => {
  const mains = new Map(graph.nodes.map((node) => [node, mainEdge(graph, node)]))
  const below = Map.groupBy(graph.nodes, (node) => mains.get(node)?.node)
  const lines: Array<TreeLine> = []
  const waiting = (below.get(undefined) ?? []).map((node) => ({ node, lead: "", rest: "" })).reverse()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, lead, rest } = next
    lines.push(treeLine(graph, node, lead, mains.get(node), plans))
    const children = below.get(node) ?? []
    const branches =
      children.length === 1
        ? [{ node: children[0]!, lead: rest, rest }]
        : children.map((child, at) => {
            const last = at === children.length - 1
            return { node: child, lead: `${rest}${last ? "└─ " : "├─ "}`, rest: `${rest}${last ? "   " : "│  "}` }
          })
    waiting.push(...branches.reverse())
  }
  const width = (of: (line: TreeLine) => string) => lines.reduce((most, line) => Math.max(most, of(line).length), 0)
  const [head, kind] = [width((line) => line.head), width((line) => line.kind)]
  return lines
    .map((line) => `${line.head.padEnd(head)}  ${line.kind.padEnd(kind)}  ${line.tail}`.trimEnd())
    .concat("")
    .join("\n")
}

export interface GraphJson {
  readonly pipeline: string
  readonly nodes: ReadonlyArray<GraphNodeJson>
  readonly outputs: ReadonlyArray<OutputJson>
}

/** A node, with its plan where one is given. */
export interface GraphNodeJson extends Partial<Omit<NodePlan, "name" | "kind">> {
  readonly name: string
  readonly stage: string
  readonly kind: string
  readonly emits: "dataset" | "model" | "report"
  readonly columns: ReadonlyArray<string>
  readonly inputs: ReadonlyArray<{
    readonly input: string
    readonly label?: string
    readonly node: string
    readonly part?: string
  }>
}

export interface OutputJson {
  readonly name: string
  readonly node: string
  readonly part?: string
  readonly kind: "dataset" | "model" | "report"
}

/** The graph as a plain value for JSON: nodes in pipeline order, with their plan where one is given. */
export const graphJson = (graph: Graph, plans?: Plans): GraphJson => ({
  pipeline: graph.pipeline,
  nodes: graph.nodes.map((node) => {
    const plan = planOf(plans, node)
    return {
      name: node.name,
      stage: node.declaration.name,
      kind: node.kind,
      emits: node.emits,
      columns: Object.keys(node.columns),
      inputs: node.edges.map(({ input, label, node: from, part }) => ({
        input,
        ...(label !== undefined && { label }),
        node: from.name,
        ...(part !== undefined && { part })
      })),
      ...plan
    }
  }),
  outputs: graph.outputs.map(({ name, node, part, kind }) => ({
    name,
    node: node.name,
    ...(part !== undefined && { part }),
    kind
  }))
})

/** Text inside a quoted Mermaid label: characters with a meaning there become entity codes. */
const mermaidText = (text: string): string =>
  text.replace(/[#"<>&`|\\\n]/g, (character) => `#${character.charCodeAt(0)};`)

const mermaidShapes = {
  dataset: ["[", "]"],
  model: ["([", "])"],
  report: ["[/", "/]"]
} as const

const mermaidStyles: ReadonlyArray<string> = [
  "classDef source stroke:#3d7a5a",
  "classDef map stroke:#3f6fa8",
  "classDef filter stroke:#b2762a",
  "classDef expand stroke:#7a58a6",
  "classDef select stroke:#a34a6d",
  "classDef gather stroke:#2f7f86",
  "classDef program stroke:#505a66",
  "classDef output stroke:#1d2125,stroke-width:2px"
]

/** The graph as a Mermaid flowchart: shapes by what a node emits, colours by kind, outputs as nodes of their own. */
export const renderMermaid = (graph: Graph, plans?: Plans): string => {
  const ids = new Map(graph.nodes.map((node, at) => [node, `n${at}`]))
  const nodes = graph.nodes.map((node) => {
    const plan = planOf(plans, node)
    const [open, close] = mermaidShapes[node.emits]
    const verdict = plan === undefined ? "" : `<br>${mermaidText(plan.verdict)}`
    return `  ${ids.get(node)}${open}"${mermaidText(node.name)}${verdict}"${close}:::${node.kind}`
  })
  const arrow = (text: string) => (text === "" ? "-->" : `-->|"${mermaidText(text)}"|`)
  const edges = graph.nodes.flatMap((node) =>
    node.edges.map((edge) => {
      const name = edgeName(edge) === "rows" ? "" : edgeName(edge)
      const text = [name, edge.part ?? ""].filter((part) => part !== "").join(" ← ")
      return `  ${ids.get(edge.node)} ${arrow(text)} ${ids.get(node)}`
    })
  )
  const outputs = graph.outputs.map(
    ({ name, node, part }, at) =>
      `  ${ids.get(node)} ${part === undefined ? "-.->" : `-.->|"${mermaidText(part)}"|`} o${at}(("${mermaidText(name)}")):::output`
  )
  return ["flowchart TD", ...nodes, ...edges, ...outputs, ...mermaidStyles.map((style) => `  ${style}`), ""].join("\n")
}
