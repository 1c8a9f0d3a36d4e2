// A dataset as an Arrow IPC file, which pandas, polars and DuckDB map into memory.
import {
  Binary,
  Bool,
  type DataType,
  Field,
  Float64,
  Int64,
  List,
  makeBuilder,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
  makeData
} from "apache-arrow"
import type { ExportSource } from "./export-file.ts"
import { type Shape, shapedValue } from "./export-shape.ts"

const typeOf = (shape: Shape): DataType => {
  if (shape.bare) return new Utf8()
  switch (shape.kind) {
    case "list":
      return new List(new Field("item", typeOf(shape.item!), true))
    case "struct":
      return new Struct([...shape.members].map(([name, inner]) => new Field(name, typeOf(inner), true)))
    case "bytes":
      return new Binary()
    case "flag":
      return new Bool()
    case "integer":
      return new Int64()
    case "number":
      return new Float64()
    default:
      return new Utf8()
  }
}

/** Writes the rows as record batches, one per batch read. */
export const writeArrowFile = async (source: ExportSource, write: (bytes: Uint8Array) => void): Promise<void> => {
  const columns = Object.entries(source.shapes)
  const fields = columns.map(([name, shape]) => new Field(name, typeOf(shape), true))
  const schema = new Schema(fields)
  const writer = new RecordBatchFileWriter()
  writer.reset(undefined, schema)
  for await (const rows of source.batches()) {
    const children = columns.map(([name, shape], at) => {
      const builder = makeBuilder({ type: fields[at]!.type, nullValues: [null, undefined] })
      for (const row of rows) builder.append(shapedValue(shape, row[name], (json) => json))
      return builder.finish().flush()
    })
    const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children })
    writer.write(new RecordBatch(schema, data))
  }
  writer.finish()
  write(writer.toUint8Array(true))
}
