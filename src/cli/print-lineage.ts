// Traces and drops as text.
import { type Drop, type DropCount, type DropQuery, listDrops } from "../lineage/drops.ts"
import { placeText } from "../lineage/origin.ts"
import type { PastRun } from "../lineage/past-run.ts"
import { readRow } from "../lineage/rows.ts"
import { type Step, stepText, type Trace } from "../lineage/trace.ts"
import { count, plural, shorten, table, type Terminal } from "./print.ts"
import { command } from "./print-run.ts"

/** Digits of an id that are shown: enough to be told apart and to be given back. */
export const idDigits = 12
export const shortId = (id: string): string => id.slice(0, idDigits)

/** Lines of ancestors or descendants that are shown. */
const most = 24

/** Prints a trace: sources, steps, uses. */
export const printTrace = async (to: Terminal, past: PastRun, trace: Trace): Promise<void> => {
  to.line(`${to.paint("bold", "row")} ${trace.id}`)
  const columns = await readRow(past, trace.id)
  for (const line of columnLines(to, columns)) to.line(line)
  to.line(`\n${to.paint("bold", "from")}`)
  for (const place of trace.sources.slice(0, most))
    to.line(`  ${placeText(place)}  ${to.paint("dim", `sha256 ${place.digest.slice(0, 12)}`)}`)
  if (trace.sources.length > most) to.line(`  … ${trace.sources.length - most} more (--json lists all)`)
  printSteps(to, "its ancestors", steps(trace, "ancestor"))
  printSteps(to, "the row", steps(trace, "row"))
  printSteps(to, "made of it", steps(trace, "descendant"))
  to.line(`\n${to.paint("bold", "used by")}`)
  if (trace.usedBy.length === 0) to.line("  no model or report")
  const uses = trace.usedBy.map((use) => [
    "model" in use ? `model ${use.model}` : `report ${use.report}`,
    use.node,
    use.through === undefined ? plural(use.rows, "row") : `through ${use.through}`
  ])
  for (const line of table(to, uses)) to.line(line)
}

const steps = (trace: Trace, of: Step["of"]): ReadonlyArray<Step> => trace.steps.filter((step) => step.of === of)

const printSteps = (to: Terminal, title: string, all: ReadonlyArray<Step>): void => {
  if (all.length === 0) return
  to.line(`\n${to.paint("bold", title)}`)
  const rows = all.slice(0, most).map((step) => {
    const text = stepText(step).replace(/\b[0-9a-f]{32}\b/g, shortId)
    return [to.paint("dim", shortId(step.id)), step.node, step.verdict === "dropped" ? to.paint("red", text) : text]
  })
  for (const line of table(to, rows)) to.line(line)
  if (all.length > most) to.line(`  … ${all.length - most} more (--json lists all)`)
}

/** A row's columns, a line each, texts shortened. */
export const columnLines = (to: Terminal, columns: { readonly [name: string]: unknown }): ReadonlyArray<string> => {
  const width = Math.min(to.width, 120)
  const names = Math.max(0, ...Object.keys(columns).map((name) => name.length))
  return Object.entries(columns).map(
    ([name, value]) => `  ${to.paint("dim", name.padEnd(names))}  ${shorten(valueText(value), width - names - 4)}`
  )
}

const valueText = (value: unknown): string =>
  typeof value === "string"
    ? value
    : value instanceof Uint8Array
      ? `${value.length} bytes`
      : (JSON.stringify(value) ?? "null")

/** Prints how many rows were left out, by node and reason. */
export const printDropCounts = (to: Terminal, past: PastRun, counts: ReadonlyArray<DropCount>): void => {
  const { pipeline } = past.ref
  if (counts.length === 0) {
    to.line(`${pipeline} left out no row`)
    return
  }
  const all = counts.reduce((sum, one) => sum + one.count, 0)
  to.line(`${to.paint("bold", pipeline)} left out ${plural(all, "row")}`)
  const head = ["node", "reason", "rows"].map((text) => to.paint("dim", text))
  const rows = counts.map(({ node, reason, count: n }) => [node, reason, count(n)])
  for (const line of table(to, [head, ...rows], ["left", "left", "right"])) to.line(line)
  to.line(`\n${command()} drops ${pipeline} ${counts[0]!.node} lists the rows of a node`)
}

/** Lists rows that were left out. */
export const printDrops = async (
  to: Terminal,
  past: PastRun,
  query: DropQuery,
  counts: ReadonlyArray<DropCount>,
  limit: number
): Promise<void> => {
  const all = counts.reduce((sum, one) => sum + one.count, 0)
  const what = [query.node, query.reason].filter((text) => text !== undefined).join(", ")
  if (all === 0) {
    to.line(`${past.ref.pipeline} left out no row (${what})`)
    return
  }
  const head = ["id", "node", "reason", "source", "evidence"].map((text) => to.paint("dim", text))
  const rows: Array<ReadonlyArray<string>> = []
  for await (const drop of listDrops(past, query)) {
    if (rows.length === limit) break
    rows.push([
      drop.id === null ? "" : shortId(drop.id),
      drop.node,
      drop.reason,
      drop.source === null ? "" : placeText(drop.source),
      evidence(drop)
    ])
  }
  for (const line of table(to, [head, ...rows])) to.line(line)
  if (all > rows.length) to.line(`  … ${count(all - rows.length)} more (--rows N, or --json for all)`)
}

const evidence = ({ into, similarity, error, scores }: Drop): string => {
  if (into !== undefined) return `merged into ${shortId(into)}, similarity ${similarity}`
  if (error !== undefined) return error
  return Object.entries(scores ?? {})
    .map(([name, value]) => `${name} ${typeof value === "number" ? Number(value.toPrecision(4)) : String(value)}`)
    .join(", ")
}
