// Two runs beside each other as text: the edits, each output, and rows that came, went and changed.
import { changesText } from "../graph/cause-text.ts"
import { lossText } from "../lineage/loss.ts"
import type { FigureChange } from "./figures.ts"
import { columnLines, shortId } from "./print-lineage.ts"
import { count, plural, table, type Terminal } from "./print.ts"
import type { Comparison, Edit, OutputDiff, RowDiff } from "./run-diff.ts"

/** Figures of a model or report that are shown. */
const mostFigures = 12

/** Prints the difference of two runs with `limit` rows of each output. */
export const printDiff = async (to: Terminal, { summary, rows }: Comparison, limit: number): Promise<void> => {
  const { pipeline, before, after, edits, outputs } = summary
  to.line(`${to.paint("bold", pipeline)}: run ${before} → run ${after}`)
  to.line(`\n${to.paint("bold", "edits")}`)
  if (edits.length === 0) to.line("  none")
  for (const line of table(
    to,
    edits.map((edit) => [edit.node, editText(edit)])
  ))
    to.line(line)
  to.line(`\n${to.paint("bold", "outputs")}`)
  for (const line of table(
    to,
    outputs.map((output) => [output.output, output.kind, outputText(output)])
  ))
    to.line(line)
  if ([...edits, ...outputs].some(({ change }) => change === "gone"))
    to.line("  what gc has taken cannot be compared; sluice gc --keep N keeps the last N runs")
  for (const output of outputs) await printOutput(to, output, rows, limit)
}

const editText = ({ change, because }: Edit): string =>
  change === "changed"
    ? because.join("; ")
    : change === "gone"
      ? "differs; gc has taken what it was made of"
      : `the node was ${change}`

const outputText = ({ change, rows, columns, figures, passed }: OutputDiff): string => {
  if (change === "same") return "the same"
  if (change === "added") return "new"
  if (change === "removed") return "no longer there"
  if (change === "gone") return "differs; gc has taken what one of the runs made"
  const parts: Array<string> = []
  if (rows !== undefined) {
    const changes = changesText(rows)
    const total =
      rows.before === rows.after ? plural(rows.after, "row") : `${count(rows.before)} → ${plural(rows.after, "row")}`
    parts.push(`${total}: ${changes === "" ? "in another order" : changes}`)
  }
  if (columns !== undefined) {
    if (columns.added.length > 0) parts.push(`columns added: ${columns.added.join(", ")}`)
    if (columns.removed.length > 0) parts.push(`columns removed: ${columns.removed.join(", ")}`)
  }
  if (passed !== undefined) parts.push(passed.after ? "the gate now opens" : "the gate no longer opens")
  if (figures !== undefined)
    parts.push(figures.length === 0 ? "other files" : `${plural(figures.length, "figure")} changed`)
  return parts.join("; ")
}

const printOutput = async (
  to: Terminal,
  { output, rows, figures }: OutputDiff,
  read: Comparison["rows"],
  limit: number
): Promise<void> => {
  if (figures !== undefined && figures.length > 0) {
    to.line(`\n${to.paint("bold", output)}`)
    for (const line of table(to, figures.slice(0, mostFigures).map(figureCells), ["left", "right", "right", "right"]))
      to.line(line)
    if (figures.length > mostFigures) to.line(`  … ${count(figures.length - mostFigures)} more (--json lists all)`)
  }
  const all = rows === undefined ? 0 : rows.inserted + rows.deleted + rows.changed
  if (all === 0 || limit === 0) return
  to.line(`\n${to.paint("bold", output)}`)
  let shown = 0
  for await (const row of read(output, limit)) {
    shown++
    printRow(to, row)
  }
  if (all > shown) to.line(`  … ${count(all - shown)} more (--rows N, or --json for all)`)
}

const figureCells = ({ figure, before, after }: FigureChange): ReadonlyArray<string> => {
  const difference = before === null || after === null ? "" : signed(after - before)
  return [figure, before === null ? "" : short(before), after === null ? "" : `→ ${short(after)}`, difference]
}

const short = (n: number): string => (Number.isInteger(n) ? count(n) : String(Number(n.toPrecision(4))))
const signed = (n: number): string => `${n < 0 ? "−" : "+"}${short(Math.abs(n))}`

const marks = { inserted: ["+", "green"], deleted: ["−", "red"], changed: ["~", "yellow"] } as const

const printRow = (to: Terminal, { id, change, before, after, why }: RowDiff): void => {
  const [mark, style] = marks[change]
  const reason = why === null ? "" : `: ${lossText(why)}${change === "inserted" ? " before" : ""}`
  const text = `${change}${reason}`
  to.line(`  ${to.paint(style, mark)} ${to.paint("cyan", shortId(id))}  ${text}`)
  if (change !== "changed") {
    for (const line of columnLines(to, lastColumns((after ?? before)!))) to.line(`  ${line}`)
    return
  }
  for (const column of Object.keys(after!))
    for (const line of columnLines(to, { [`${column} before`]: before![column], [`${column} now`]: after![column] }))
      to.line(`  ${line}`)
}

/** The columns that were made last: they say most of a row at a glance. */
const lastColumns = (columns: { readonly [column: string]: unknown }): { readonly [column: string]: unknown } =>
  Object.fromEntries(Object.entries(columns).slice(-2))
