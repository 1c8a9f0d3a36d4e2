// What ends a node: a record that cannot be parsed, a function that keeps a memory.
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { SourceDeclaration } from "../stage/declaration.ts"
import type { RecordPartition, Records } from "./records.ts"
import type { RowError } from "./row-error.ts"

export const badRow = (
  node: GraphNode,
  records: Records,
  part: RecordPartition,
  bad: RowError,
  done: number
): SluiceError => {
  const { path, place, nth } = records.place(part, bad.row)
  const where =
    "line" in place
      ? `line ${place.line}`
      : place.start === 0
        ? ""
        : `record ${nth} (bytes ${place.start}–${place.end})`
  return new SluiceError("SLUICE_BAD_INPUT", `${node.name}: ${path}${where ? ` ${where}` : ""} ${bad.message}`, {
    evidence: [`${done} of ${records.partitions.length} partitions are done and kept`],
    hint: `fix the ${"line" in place ? "line" : "file"}, or ${(node.declaration as SourceDeclaration).name}({ onBadRow: "drop" })`
  })
}

export const notRowLocal = (node: GraphNode, differs: ReadonlyArray<string>): SluiceError =>
  new SluiceError("SLUICE_NOT_ROW_LOCAL", `${node.name} gives other results for the same row in another order`, {
    evidence: [`row ${differs[0]!.slice(0, 12)} and ${differs.length - 1} more of a sample`],
    hint: "a row function must not keep anything between rows: no module-level state, no /g regular expression"
  })

export const notTheSameAgain = (node: GraphNode, differs: ReadonlyArray<string>): SluiceError =>
  new SluiceError("SLUICE_NOT_DETERMINISTIC", `${node.name} decides otherwise when it resolves the same rows again`, {
    evidence: [`row ${differs[0]!.slice(0, 12)} and ${differs.length - 1} more`],
    hint: "resolve must not depend on anything but its tables: no module-level state, no /g regular expression"
  })
