// What a run came to: nodes with their rows and reasons, outputs, models side by side, and what to type next.
import { relative } from "node:path"
import type { NodeSummary, OutputSummary } from "../run/journal.ts"
import { type NodeRecord, viewsOf } from "../run/node-record.ts"
import type { RunResult } from "../run/run.ts"
import type { Store } from "../store/store.ts"
import { digestHex } from "../table/digest.ts"
import { Partition } from "../table/view.ts"
import { SluiceError } from "../errors.ts"
import { count, plural, seconds, table, type Terminal, terminal, topCounts } from "./print.ts"
import { type Evaluation, evaluationOf, printEvaluation } from "./print-evaluation.ts"

/** How the command is typed here. */
export const command = (): string => (process.env.npm_config_user_agent === undefined ? "sluice" : "npx sluice")

/** Prints a run's result; throws where a gate did not open. */
export const printResult = (pipeline: string, result: RunResult, idle: boolean, reportPath?: string): void => {
  const to = terminal(process.stdout)
  if (idle) to.line(`nothing to do: all ${plural(result.nodes.length, "node")} unchanged (${seconds(result.seconds)})`)
  else {
    printNodes(to, result.nodes)
    to.line()
  }
  printOutputs(to, result.outputs)
  const evaluation = idle ? undefined : reportData(result)
  if (evaluation !== undefined) printEvaluation(to, evaluation)
  if (reportPath !== undefined) to.line(`\nreport: ${shortPath(reportPath)}`)
  if (!idle) {
    to.line(`\n${to.paint("bold", "done")} in ${seconds(result.seconds)}. Try next:`)
    for (const line of nextCommands(pipeline, result)) to.line(`  ${line}`)
  }
  if (!result.passed) throw gateError(pipeline, result, evaluation ?? reportData(result))
}

/** What a run ends with that a gate or a judge did not let pass: figures and bounds, and what to type next. */
const gateError = (pipeline: string, { nodes }: RunResult, evaluation: Evaluation | undefined): SluiceError => {
  const judged = nodes.filter(({ objections = [] }) => objections.length > 0)
  const shut = (evaluation?.gates ?? []).filter(({ passed }) => !passed).map(({ sentence }) => sentence)
  const evidence = [
    ...judged.flatMap(({ name, objections = [] }) => objections.map((text) => `${name}: ${text}`)),
    ...shut
  ]
  const [first] = judged
  if (first === undefined)
    return new SluiceError("SLUICE_GATE", `${pipeline}: the gate did not open`, {
      evidence,
      hint: "everything is kept; train longer, on better data, or lower the bar",
      exit: 3
    })
  const names = judged.map(({ name }) => name).join(" and ")
  return new SluiceError("SLUICE_GATE", `${pipeline}: ${names} did not pass`, {
    evidence,
    hint: `everything is kept: ${command()} report ${pipeline} shows it; other limits are judged without running it again`,
    exit: 3
  })
}

/** A path as it is shown: from this folder where it lies below it. */
export const shortPath = (path: string): string => {
  const short = relative(process.cwd(), path)
  return short.startsWith("..") ? path : short
}

const dash = (n: number): string => (n === 0 ? "" : count(n))

/** What became of rows, or what a gate said. */
const outcomeText = ({ reasons, passed, rows }: NodeSummary): string =>
  [
    ...(passed === undefined ? [] : [passed ? "passed" : "not passed"]),
    ...(rows.failed === 0 ? [] : [`failed ${count(rows.failed)}`]),
    ...(Object.keys(reasons).length === 0 ? [] : [topCounts(reasons)])
  ].join(", ")

const printNodes = (to: Terminal, nodes: ReadonlyArray<NodeSummary>): void => {
  const head = ["node", "", "in", "out", "dropped", "merged", "computed", "reused", "time", "reasons"]
  const rows = nodes.map((node) => {
    const rowless = node.kind === "program" && node.rows.in === 0
    const number = (n: number) => (rowless ? "" : count(n))
    return [
      node.name,
      node.verdict === "hit" ? to.paint("green", "hit") : to.paint("yellow", "run"),
      number(node.rows.in),
      number(node.rows.out),
      dash(node.rows.dropped),
      dash(node.rows.merged),
      node.verdict === "hit" ? "" : number(node.rows.computed),
      node.verdict === "hit" ? "" : dash(node.rows.reused),
      node.verdict === "hit" ? "" : seconds(node.seconds),
      outcomeText(node)
    ]
  })
  const aligns = ["left", "left", ...Array.from({ length: 7 }, () => "right" as const), "left"] as const
  for (const line of table(to, [head.map((text) => to.paint("dim", text)), ...rows], aligns)) to.line(line)
}

/** Prints what the outputs are and where they lie. */
export const printOutputs = (to: Terminal, outputs: { readonly [name: string]: OutputSummary }): void => {
  const rows = Object.entries(outputs).map(([name, { kind, rows: n, path, digest }]) => [
    name,
    kind,
    digest.slice(0, 12),
    n === undefined ? shortPath(path ?? "") : plural(n, "row")
  ])
  to.line(to.paint("bold", "outputs"))
  for (const line of table(to, rows)) to.line(line)
}

const recordOf = ({ ref, store }: Pick<RunResult, "ref" | "store">, node: string): NodeRecord | undefined =>
  store.action<NodeRecord>(ref.nodes[node]!)

const reportData = (result: RunResult): Evaluation | undefined => {
  for (const output of Object.values(result.ref.outputs)) {
    if (output.kind !== "report") continue
    const evaluation = evaluationOf(recordOf(result, output.node)?.folder?.data)
    if (evaluation !== undefined) return evaluation
  }
  return undefined
}

const nextCommands = (pipeline: string, result: RunResult): ReadonlyArray<string> => {
  const sluice = command()
  const datasets = Object.entries(result.ref.outputs).filter(([, { kind, rows }]) => kind === "dataset" && rows! > 0)
  const [name, output] = datasets.at(-1) ?? []
  const id = output === undefined ? undefined : firstId(result.store, recordOf(result, output.node)!, output.part)
  return [
    name === undefined ? `${sluice} plan ${pipeline}` : `${sluice} show ${pipeline} ${name}`,
    ...(id === undefined ? [] : [`${sluice} trace ${pipeline} ${id.slice(0, 12)}`]),
    `${sluice} drops ${pipeline}${result.nodes.some(({ rows }) => rows.failed > 0) ? " --reason failed" : ""}`
  ]
}

const firstId = (store: Store, record: NodeRecord, part: string | undefined): string | undefined => {
  const view = viewsOf(store, record.datasets[part ?? ""]!).find(({ rows }) => rows > 0)
  return view === undefined ? undefined : digestHex(new Partition(view, store).ids(), 0)
}
