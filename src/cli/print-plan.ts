// A plan as text: a line per node with verdict, partitions, rows and reasons; and the graph as a Mermaid diagram.
import type { Graph } from "../graph/graph.ts"
import type { Expected, NodePlan } from "../graph/plan.ts"
import { totalCalls } from "../run/call-forecast.ts"
import { totalExpected } from "../run/expectation.ts"
import { callsRange } from "./print-calls.ts"
import { bytesRange, count, plural, secondsRange, type Style, table, type Terminal, widthOf, wrap } from "./print.ts"

const verdicts: { readonly [V in NodePlan["verdict"]]: { readonly text: string; readonly style: Style } } = {
  hit: { text: "hit", style: "green" },
  run: { text: "run", style: "yellow" },
  "may-run": { text: "may run", style: "cyan" }
}

const partitionsText = ({ partitions: { hit, run }, verdict }: NodePlan): string =>
  hit + run === 0 ? "" : verdict === "hit" ? count(hit) : `${count(run)} of ${count(hit + run)}`

const rowsText = ({ rows, verdict, kind }: NodePlan): string => {
  if (verdict === "hit") return kind === "program" && rows.reusable === 0 ? "" : count(rows.reusable)
  if (rows.new === 0 && rows.reusable === 0) return ""
  const more = rows.open === true ? "+" : ""
  const fresh = `${rows.atMost === true && rows.new > 0 ? "≤ " : ""}${count(rows.new)}${more} new`
  if (rows.reusable === 0) return fresh
  const reused = `${count(rows.reusable)}${more} reused`
  return rows.new === 0 && rows.open === true ? reused : `${fresh}, ${reused}`
}

/** "3 hits, 2 run, 1 may run" */
export const planSummary = (nodes: ReadonlyArray<NodePlan>): string => {
  const number = (verdict: NodePlan["verdict"]) => nodes.filter((node) => node.verdict === verdict).length
  const [hits, run, may] = [number("hit"), number("run"), number("may-run")]
  return [
    ...(hits > 0 ? [`${hits} ${hits === 1 ? "hit" : "hits"}`] : []),
    ...(run > 0 ? [`${run} to run`] : []),
    ...(may > 0 ? [`${may} may run`] : [])
  ].join(", ")
}

/** "45–60 s · 20–30 MB"; nothing where no earlier run tells. */
export const expectedText = (expected: Expected | undefined): string =>
  expected === undefined ? "" : `${secondsRange(expected.seconds)} · ${bytesRange(expected.bytes)}`

/** The same with the calls of models. */
const costText = ({ expected, calls }: NodePlan): string =>
  [expectedText(expected), calls === undefined ? "" : callsRange(calls)].filter((text) => text !== "").join(" · ")

/** What all nodes that may run are expected to cost, and how many of them no earlier run knows. */
const totalText = (nodes: ReadonlyArray<NodePlan>): string | undefined => {
  const [total, calls] = [totalExpected(nodes), totalCalls(nodes)]
  const called = calls === undefined ? "" : callsRange(calls)
  if (total === undefined) return calls === undefined ? undefined : `expected ${called}`
  const unknown = nodes.filter(({ verdict, expected }) => verdict !== "hit" && expected === undefined).length
  const apart = unknown === 0 ? "" : `, ${plural(unknown, "node")} apart that no earlier run knows`
  return `expected ${secondsRange(total.seconds)}, ${bytesRange(total.bytes)}${called && `, ${called}`}${apart}`
}

/** Prints a plan as a table. */
export const printPlan = (to: Terminal, pipeline: string, nodes: ReadonlyArray<NodePlan>): void => {
  to.line(`${to.paint("bold", `plan of ${pipeline}`)}: ${planSummary(nodes)}`)
  const total = totalText(nodes)
  const titles = ["node", "verdict", "partitions", "rows", ...(total === undefined ? [] : ["expected"])]
  const head = titles.map((text) => to.paint("dim", text))
  const rows = nodes.map((node) => {
    const { text, style } = verdicts[node.verdict]
    const cells = [node.name, to.paint(style, text), partitionsText(node), rowsText(node)]
    return [...cells, ...(total === undefined ? [] : [costText(node)]), ""]
  })
  const lines = table(to, [[...head, ""], ...rows], ["left", "left", "right", "right", "left"])
  const edge = Math.max(...lines.map(widthOf)) + 2
  to.line(`${lines[0]!.padEnd(0)}${" ".repeat(Math.max(0, edge - widthOf(lines[0]!)))}${to.paint("dim", "because")}`)
  for (const [at, node] of nodes.entries()) because(to, lines[at + 1]!, edge, node)
  if (total !== undefined) to.line(total)
}

/** Sentences of one node that are printed; `sluice why` has the others. */
const sentencesTold = 8

/** The sentences stand beside the node where there is room, else below it. */
const because = (to: Terminal, line: string, edge: number, node: NodePlan): void => {
  const more = node.because.length - sentencesTold
  const told = more > 1 ? [...node.because.slice(0, sentencesTold), `${more} more (sluice why)`] : node.because
  const text = told.join("; ")
  const room = to.width - edge
  if (room < 30) {
    to.line(line)
    for (const part of node.verdict === "hit" ? [] : wrap(text, to.width - 6)) to.line(`      ${to.paint("dim", part)}`)
    return
  }
  const [first, ...rest] = wrap(text, room)
  to.line(`${line}${" ".repeat(edge - widthOf(line))}${first ?? ""}`)
  for (const part of rest) to.line(`${" ".repeat(edge)}${part}`)
}

const shapes: { readonly [kind: string]: readonly [string, string] } = {
  source: ["[(", ")]"],
  program: ["[[", "]]"],
  select: ["{{", "}}"]
}

/** The graph as a Mermaid flowchart, coloured by verdict. */
export const mermaidOf = (graph: Graph, nodes: ReadonlyArray<NodePlan>): string => {
  const id = new Map(graph.nodes.map((node, at) => [node, `n${at}`]))
  const lines = graph.nodes.map((node, at) => {
    const [open, close] = shapes[node.kind] ?? ["[", "]"]
    return `  n${at}${open}"${node.name}"${close}:::${nodes[at]!.verdict === "hit" ? "hit" : "run"}`
  })
  const edges = graph.nodes.flatMap((node) =>
    node.edges.map((edge) => {
      const label = edge.part ?? (edge.input === "rows" ? undefined : (edge.label ?? edge.input))
      return `  ${id.get(edge.node)} -->${label === undefined ? "" : `|${label}|`} ${id.get(node)}`
    })
  )
  const styles = ["  classDef hit fill:#e6f4ea,stroke:#34a853", "  classDef run fill:#fef7e0,stroke:#f9ab00"]
  return `${["flowchart TD", ...lines, ...edges, ...styles].join("\n")}\n`
}
