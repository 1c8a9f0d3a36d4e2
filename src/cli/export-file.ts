// Writes a dataset as one file: rows are read partition by partition, the file appears whole or not at all.
import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs"
import { extname } from "node:path"
import { nearest, SluiceError } from "../errors.ts"
import type { PastRun } from "../lineage/past-run.ts"
import { type IdentifiedRow, readRows } from "../lineage/rows.ts"
import type { OutputRef } from "../run/node-record.ts"
import { diskError } from "../store/durable-file.ts"
import type { Field } from "../table/field.ts"
import { Shape } from "./export-shape.ts"

export type Format = "parquet" | "jsonl" | "arrow"

const formats: ReadonlyArray<Format> = ["parquet", "jsonl", "arrow"]

/** The format of a file by its ending. */
export const formatOf = (file: string): Format => {
  const ending = extname(file).slice(1).toLowerCase()
  const format = formats.find((one) => one === ending)
  if (format !== undefined) return format
  const guess = nearest(ending, formats)
  throw new SluiceError(
    "SLUICE_BAD_OPTION",
    `${file} does not say a format${guess === undefined ? "" : `; did you mean .${guess}?`}`,
    { hint: "end the name in .parquet, .jsonl or .arrow" }
  )
}

export interface ExportOptions {
  readonly format: Format
  readonly ids: boolean
}

/** Rows held in memory at most, and rows of one Parquet row group or Arrow batch. */
const batchRows = 10_000

const text: Field = { type: "text", integer: false, nullable: false }

/** The rows to write with their shapes: how each column's lists and structs look, over all rows. */
export interface ExportSource {
  readonly shapes: { readonly [column: string]: Shape }
  readonly batches: () => AsyncGenerator<ReadonlyArray<{ readonly [column: string]: unknown }>>
}

/** Writes a dataset to a file. */
export const exportDataset = async (
  past: PastRun,
  name: string,
  output: OutputRef,
  file: string,
  { format, ids }: ExportOptions
): Promise<{ readonly rows: number; readonly bytes: number }> => {
  if (output.kind !== "dataset") {
    const datasets = Object.entries(past.ref.outputs).flatMap(([one, { kind }]) => (kind === "dataset" ? [one] : []))
    throw new SluiceError("SLUICE_BAD_OPTION", `${name} is a ${output.kind}, not a dataset`, {
      hint: `datasets: ${datasets.join(", ")}; sluice show ${past.ref.pipeline} ${name} says where the ${output.kind} lies`
    })
  }
  const { views, rows } = past.table(output.node, output.part)
  const fields = Object.fromEntries(Object.entries(views[0]?.columns ?? {}).map(([column, ref]) => [column, ref.field]))
  const batches = () => inBatches(readRows(past.store, views), ids)
  const source: ExportSource = { shapes: format === "jsonl" ? {} : await shapesOf(fields, batches, ids), batches }
  const temporary = `${file}.${process.pid}.tmp`
  try {
    const target = openSync(temporary, "w")
    const write = (bytes: Uint8Array | string) => {
      const data = typeof bytes === "string" ? Buffer.from(bytes) : bytes
      for (let at = 0; at < data.length; ) at += writeSync(target, data, at)
    }
    try {
      if (format === "jsonl") await writeJsonl(source, write)
      else if (format === "parquet") await (await import("./export-parquet.ts")).writeParquetFile(source, write)
      else await (await import("./export-arrow.ts")).writeArrowFile(source, write)
    } finally {
      closeSync(target)
    }
    const { size } = statSync(temporary)
    renameSync(temporary, file)
    return { rows, bytes: size }
  } catch (cause) {
    rmSync(temporary, { force: true })
    if ((cause as NodeJS.ErrnoException).code === "ENOENT")
      throw new SluiceError("SLUICE_DISK", `${file} cannot be written: there is no such folder`, {
        hint: "make it first"
      })
    throw diskError(file, cause)
  }
}

const inBatches = async function* (rows: AsyncGenerator<IdentifiedRow>, ids: boolean) {
  let batch: Array<{ readonly [column: string]: unknown }> = []
  for await (const { id, columns } of rows) {
    batch.push(ids ? { _id: id, ...columns } : columns)
    if (batch.length < batchRows) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

const shapesOf = async (
  fields: { readonly [column: string]: Field },
  batches: ExportSource["batches"],
  ids: boolean
): Promise<ExportSource["shapes"]> => {
  const all = ids ? { _id: text, ...fields } : fields
  const shapes = Object.fromEntries(Object.entries(all).map(([column, field]) => [column, Shape.ofField(field)]))
  const nested = Object.keys(all).filter((column) => all[column]!.type === "nested")
  if (nested.length > 0)
    for await (const batch of batches())
      for (const row of batch) for (const column of nested) shapes[column]!.see(row[column])
  return shapes
}

const writeJsonl = async (source: ExportSource, write: (text: string) => void): Promise<void> => {
  for await (const batch of source.batches())
    write(
      batch
        .map(
          (row) =>
            `${JSON.stringify(row, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value))}\n`
        )
        .join("")
    )
}
