// A what-if as text: the change, the verdicts before and after, and rows that would flip.
import { shellWord } from "../dash/audit-section.ts"
import { placeText } from "../lineage/origin.ts"
import type { Scores } from "../lineage/scores.ts"
import { type FlippedRow, type Flips, label, type WhatIf } from "./flips.ts"
import { columnLines, shortId } from "./print-lineage.ts"
import { command } from "./print-run.ts"
import { count, plural, seconds, table, type Terminal } from "./print.ts"

/** Prints what would flip, with `limit` rows. */
export const printWhatIf = async (
  to: Terminal,
  { summary, rows }: WhatIf,
  limit: number,
  spent: number,
  sets: ReadonlyArray<string>
): Promise<void> => {
  const { pipeline, node, run, because, flips } = summary
  const change = because.length === 0 ? "nothing changes" : because.join("; ")
  to.line(`${to.paint("bold", node)}: ${change}`)
  to.line(`  decided anew on the stored scores of ${plural(summary.rows, "row")}, run ${run} (${seconds(spent)})\n`)
  for (const line of countLines(to, summary)) to.line(line)
  if (flips.rows === 0) {
    to.line("\nno row flips")
    return
  }
  to.line(`\n${to.paint("bold", plural(flips.rows, "row"))} ${flips.rows === 1 ? "flips" : "flip"}`)
  const kinds = flips.kinds.map((kind) => [`${kind.before} → ${kind.after}`, count(kind.rows)])
  for (const line of table(to, kinds, ["left", "right"])) to.line(line)
  let shown = 0
  for await (const row of rows(limit)) {
    shown++
    for (const line of rowLines(to, row)) to.line(line)
  }
  if (flips.rows > shown) to.line(`\n… ${count(flips.rows - shown)} more (--rows N, or --json for all)`)
  if (sets.length > 0)
    to.line(
      `\n${command()} run ${pipeline} ${sets.map((text) => `--set ${shellWord(text)}`).join(" ")} would make it so`
    )
}

const countLines = (to: Terminal, { before, after }: Flips): ReadonlyArray<string> => {
  const names = Object.keys(before).concat(Object.keys(after).filter((name) => !(name in before)))
  const rows = names
    .filter((name) => (before[name] ?? 0) + (after[name] ?? 0) > 0)
    .map((name) => {
      const [old, now] = [before[name] ?? 0, after[name] ?? 0]
      return [name, count(old), count(now), old === now ? "" : `${now > old ? "+" : "−"}${count(Math.abs(now - old))}`]
    })
  const head = ["", "last run", "now", ""].map((text) => to.paint("dim", text))
  return table(to, [head, ...rows], ["left", "right", "right", "right"])
}

const rowLines = (to: Terminal, { id, before, after, scores, columns, source }: FlippedRow): ReadonlyArray<string> => [
  `\n${to.paint("cyan", shortId(id))}  ${label(before)} → ${label(after)}${source === null ? "" : `  ${to.paint("dim", placeText(source))}`}`,
  ...columnLines(to, { ...columns, ...(scores === null ? {} : { scores: scoresText(scores) }) })
]

const scoresText = (scores: Scores): string =>
  Object.entries(scores)
    .map(([name, value]) => `${name} ${typeof value === "number" ? Number(value.toPrecision(4)) : String(value)}`)
    .join(", ")
