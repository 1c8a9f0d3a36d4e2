// A dataset as a Parquet file: lists and structs as nested columns, zstd with its checksum, row groups as they come.
import { constants, zstdCompressSync } from "node:zlib"
import type { SchemaElement } from "hyparquet"
import { ByteWriter, ParquetWriter } from "hyparquet-writer"
import type { ExportSource } from "./export-file.ts"
import { type Shape, shapedValue } from "./export-shape.ts"

const repetition_type = "OPTIONAL" as const

/** The schema elements of a column, parents before children; a list in the three levels of the Parquet specification. */
export const elementsOf = (name: string, shape: Shape): ReadonlyArray<SchemaElement> => {
  if (shape.bare) return [{ name, type: "BYTE_ARRAY", converted_type: "JSON", repetition_type }]
  switch (shape.kind) {
    case "list":
      return [
        { name, converted_type: "LIST", num_children: 1, repetition_type },
        { name: "list", num_children: 1, repetition_type: "REPEATED" },
        ...elementsOf("element", shape.item!)
      ]
    case "struct":
      return [
        { name, num_children: shape.members.size, repetition_type },
        ...[...shape.members].flatMap(([member, inner]) => elementsOf(member, inner))
      ]
    case "bytes":
      return [{ name, type: "BYTE_ARRAY", repetition_type }]
    case "flag":
      return [{ name, type: "BOOLEAN", repetition_type }]
    case "integer":
      return [{ name, type: "INT64", repetition_type }]
    case "number":
      return [{ name, type: "DOUBLE", repetition_type }]
    default:
      return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }]
  }
}

/** Writes the rows; the file is held in memory until it is complete. */
export const writeParquetFile = async (source: ExportSource, write: (bytes: Uint8Array) => void): Promise<void> => {
  const columns = Object.entries(source.shapes)
  const root: SchemaElement = { name: "root", num_children: columns.length }
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({
    writer,
    schema: [root, ...columns.flatMap(([name, shape]) => elementsOf(name, shape))],
    codec: "ZSTD",
    compressors: { ZSTD: (bytes) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }) },
    createdBy: "sluice"
  })
  for await (const rows of source.batches()) {
    const columnData = columns.map(([name, shape]) => ({
      name,
      data: rows.map((row) => shapedValue(shape, row[name], (json) => Buffer.from(json))) as never
    }))
    parquet.write({ columnData, rowGroupSize: rows.length })
  }
  parquet.finish()
  write(new Uint8Array(writer.getBuffer()))
}
