// The account of a node as text.
import type { NodeAccount } from "./node-account.ts"
import { expectedText } from "./print-plan.ts"
import { count, plural, seconds, shorten, table, type Terminal, topCounts, wrap } from "./print.ts"

/** Symbols and files that are listed; the rest is counted. */
const most = 12

/** Prints what a node is, why it would run, and what its last run did. */
export const printNode = (to: Terminal, node: NodeAccount): void => {
  const head = (text: string) => to.paint("dim", text.padEnd(9))
  const width = Math.min(to.width, 120)
  const stage = node.stage === node.name ? "" : ` (stage ${node.stage})`
  const rows: Array<readonly [string, string]> = [
    ["kind", `${node.kind}${stage}`],
    ["verdict", node.verdict === "may-run" ? "may run" : node.verdict],
    ...node.because.map((sentence, at) => [at === 0 ? "because" : "", sentence] as const),
    ...node.inputs.map((edge, at) => [at === 0 ? "inputs" : "", inputText(edge)] as const)
  ]
  const reads = Object.entries(node.reads).map(([need, column]) =>
    need === column ? need : `${need} (column ${column})`
  )
  if (reads.length > 0) rows.push(["reads", reads.join(", ")])
  const files = Object.entries(node.files)
  for (const [at, [path, digest]] of files.slice(0, most).entries())
    rows.push([at === 0 ? "files" : "", `${path}  ${to.paint("dim", digest.slice(0, 12))}`])
  if (files.length > most) rows.push(["", `… ${files.length - most} more (--json lists all)`])
  for (const [at, [name, value]] of Object.entries(node.options).entries())
    rows.push([at === 0 ? "options" : "", `${name} ${shorten(JSON.stringify(value) ?? "not set", 80)}`])
  if (node.reasons.length > 0) rows.push(["reasons", node.reasons.join(", ")])
  if (node.expected !== undefined) rows.push(["expected", expectedText(node.expected)])
  rows.push(["last run", lastText(node)])
  to.line(to.paint("bold", node.name))
  for (const [title, text] of rows)
    for (const [at, line] of wrap(text, width - 13).entries()) to.line(`  ${head(at === 0 ? title : "")}  ${line}`)
  for (const fn of node.code) printCode(to, fn)
}

const inputText = ({ input, label, node, part }: NodeAccount["inputs"][number]): string =>
  `${label === undefined ? input : `${input}.${label}`} from ${node}${part === undefined ? "" : ` (${part})`}`

const lastText = ({ last }: NodeAccount): string => {
  if (last === null) return "none"
  const { rows, reasons } = last
  const parts = [`${count(rows.in)} in`, `${count(rows.out)} out`]
  if (Object.keys(reasons).length > 0) parts.push(topCounts(reasons, 5))
  return `${[...parts, seconds(last.seconds)].join(", ")} (run ${last.run})`
}

const printCode = (to: Terminal, fn: NodeAccount["code"][number]): void => {
  to.line(`\n  ${to.paint("bold", fn.function)}  ${to.paint("dim", fn.hash.slice(0, 12))}`)
  const rows = fn.symbols
    .slice(0, most)
    .map(({ symbol, file, hash }) => [symbol, to.paint("dim", hash.slice(0, 12)), file])
  for (const line of table(to, rows, [], "    ")) to.line(line)
  if (fn.symbols.length > most) to.line(`    … ${plural(fn.symbols.length - most, "more symbol")} (--json lists all)`)
  if (fn.packages.length > 0) to.line(`    packages: ${fn.packages.join(", ")}`)
}
