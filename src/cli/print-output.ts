// Outputs as text: rows of a dataset, files and data of a model or report.
import type { IdTable } from "../lineage/past-run.ts"
import type { IdentifiedRow } from "../lineage/rows.ts"
import type { FolderHead, OutputRef } from "../run/node-record.ts"
import { bytes, plural, shorten, table, type Terminal } from "./print.ts"
import { evaluationOf, printEvaluation } from "./print-evaluation.ts"
import { columnLines, shortId } from "./print-lineage.ts"

export const printDatasetHead = (to: Terminal, name: string, output: OutputRef, ids: IdTable): void => {
  const columns = Object.keys(ids.views[0]?.columns ?? {})
  const part = output.part === undefined ? "" : ` (${output.part})`
  to.line(
    `${to.paint("bold", name)}: ${plural(ids.rows, "row")} from ${output.node}${part}, ${output.digest.slice(0, 12)}`
  )
  to.line(`  columns: ${columns.join(", ")}`)
}

export const printRow = (to: Terminal, row: IdentifiedRow): void => {
  to.line(`\n${to.paint("cyan", shortId(row.id))}`)
  for (const line of columnLines(to, row.columns)) to.line(line)
}

/** Lines of a report's data that are shown. */
const most = 40

export const printFolder = (to: Terminal, name: string, kind: string, place: string, folder: FolderHead): void => {
  to.line(
    `${to.paint("bold", name)}: a ${kind}, ${folder.digest.slice(0, 12)}${folder.passed ? "" : folder.objections === undefined ? ", gate not passed" : ", not passed"}`
  )
  for (const text of folder.objections ?? []) to.line(`  ${to.paint("red", "✗")} ${text}`)
  to.line(`  ${place}`)
  const rows = folder.files.map(({ path, bytes: size }) => [path, bytes(size)])
  for (const line of table(to, rows, ["left", "right"], "    ")) to.line(line)
  const evaluation = evaluationOf(folder.data)
  if (evaluation !== undefined) {
    printEvaluation(to, evaluation)
    return
  }
  if (folder.data === undefined || folder.data === null) return
  const lines = JSON.stringify(folder.data, null, 2).split("\n")
  to.line(`\n${to.paint("bold", "data")}`)
  for (const line of lines.slice(0, most)) to.line(`  ${shortenEnd(line, Math.min(to.width, 120) - 2)}`)
  if (lines.length > most) to.line(`  … ${lines.length - most} more lines (--json shows all)`)
}

const shortenEnd = (line: string, width: number): string => {
  const start = line.length - line.trimStart().length
  return line.slice(0, start) + shorten(line, width - start)
}
