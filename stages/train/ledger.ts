// The step ledger: which rows a model saw at which step, and which content they had, as Parquet beside the weights.
import { createHash } from "node:crypto"
import { join } from "node:path"
import { constants, zstdCompressSync } from "node:zlib"
import type { SchemaElement } from "hyparquet"
import type { LedgerEntry, ValidationEntry } from "#sluice/model"

const codec = {
  ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
}

/** A column of the file. */
type Field<Name extends string> = SchemaElement & { readonly name: Name }

const plain = <Name extends string>(name: Name, type: "INT32" | "DOUBLE" | "BOOLEAN"): Field<Name> => ({
  name,
  type,
  repetition_type: "REQUIRED"
})

const text = <Name extends string>(name: Name): Field<Name> => ({
  name,
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  repetition_type: "REQUIRED"
})

const listOf = (name: string, element: SchemaElement): ReadonlyArray<SchemaElement> => [
  { name, repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST" },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  element
]

const write = async (filename: string, fields: ReadonlyArray<SchemaElement>, columns: Record<string, unknown[]>) => {
  const { parquetWriteFile } = await import("hyparquet-writer")
  parquetWriteFile({
    filename,
    codec: "ZSTD",
    compressors: codec,
    schema: [{ name: "root", num_children: Object.keys(columns).length }, ...fields],
    columnData: Object.entries(columns).map(([name, data]) => ({ name, data }))
  })
}

/** Writes rows without lists, whose values have the names of their fields. */
const writeFlat = <Name extends string>(
  filename: string,
  fields: ReadonlyArray<Field<Name>>,
  rows: ReadonlyArray<Readonly<Record<Name, unknown>>>
) => write(filename, fields, Object.fromEntries(fields.map(({ name }) => [name, rows.map((row) => row[name])])))

/** The steps that changed weights: all but those whose gradients overflowed. */
export const learntFrom = (ledger: ReadonlyArray<LedgerEntry>): ReadonlyArray<LedgerEntry> =>
  ledger.filter(({ skipped }) => skipped !== true)

/**
 * Writes `steps.parquet`: step (from 1), rowIds, tokens, supervised, loss in nats, gradNorm before clipping, learningRate; in
 * mixed precision lossScale, and whether the step was skipped.
 */
export const writeSteps = (folder: string, ledger: ReadonlyArray<LedgerEntry>): Promise<void> => {
  const isMixed = ledger.some(({ lossScale }) => lossScale !== undefined)
  return write(
    join(folder, "steps.parquet"),
    [
      plain("step", "INT32"),
      ...listOf("rowIds", text("element")),
      plain("tokens", "INT32"),
      plain("supervised", "INT32"),
      plain("loss", "DOUBLE"),
      plain("gradNorm", "DOUBLE"),
      plain("learningRate", "DOUBLE"),
      ...(isMixed ? [plain("lossScale", "DOUBLE"), plain("skipped", "BOOLEAN")] : [])
    ],
    {
      step: ledger.map(({ step }) => step),
      rowIds: ledger.map(({ rowIds }) => [...rowIds]),
      tokens: ledger.map(({ tokens }) => tokens),
      supervised: ledger.map(({ supervised }) => supervised),
      loss: ledger.map(({ loss }) => loss),
      gradNorm: ledger.map(({ gradNorm }) => gradNorm),
      learningRate: ledger.map(({ lr }) => lr),
      ...(isMixed && {
        lossScale: ledger.map(({ lossScale }) => lossScale),
        skipped: ledger.map(({ skipped = false }) => skipped)
      })
    }
  )
}

/** Writes `sources.parquet`: of each step and source the tokens, those supervised, and their mean loss in nats. */
export const writeSources = (folder: string, ledger: ReadonlyArray<LedgerEntry>): Promise<void> =>
  writeFlat(
    join(folder, "sources.parquet"),
    [
      plain("step", "INT32"),
      text("source"),
      plain("tokens", "INT32"),
      plain("supervised", "INT32"),
      plain("loss", "DOUBLE")
    ],
    ledger.flatMap(({ step, sources = {} }) =>
      Object.entries(sources).map(([source, part]) => ({ step, source, ...part }))
    )
  )

/** Writes `validation.parquet`: step and loss of each measurement on held-out rows, of all ("") and of each source. */
export const writeValidation = (folder: string, entries: ReadonlyArray<ValidationEntry>): Promise<void> =>
  writeFlat(
    join(folder, "validation.parquet"),
    [plain("step", "INT32"), text("source"), plain("loss", "DOUBLE")],
    entries.flatMap(({ step, loss, sources = {} }) => [
      { step, source: "", loss },
      ...Object.entries(sources).map(([source, part]) => ({ step, source, loss: part.loss }))
    ])
  )

/** What became of one input row. */
export interface RowFate {
  readonly id: string
  /** What the model was shown of the row: its text, or its token ids as bytes. */
  readonly content: string | Uint8Array
  /** Why the row was not trained on, or undefined. */
  readonly skipped: string | undefined
}

/** Writes `rows.parquet`: id, sha256 of the row's content, how many steps learnt from it, and why not if none did ("" if some did). */
export const writeRows = (
  folder: string,
  rows: ReadonlyArray<RowFate>,
  ledger: ReadonlyArray<LedgerEntry>
): Promise<void> => {
  const seen = new Map<string, number>()
  for (const { rowIds } of learntFrom(ledger)) for (const id of rowIds) seen.set(id, (seen.get(id) ?? 0) + 1)
  return writeFlat(
    join(folder, "rows.parquet"),
    [text("id"), text("digest"), plain("steps", "INT32"), text("skipped")],
    rows.map(({ id, content, skipped = "" }) => {
      const digest = createHash("sha256").update(content).digest("hex")
      return { id, digest, steps: seen.get(id) ?? 0, skipped }
    })
  )
}
