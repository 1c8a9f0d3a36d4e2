// Rows of Parquet files that a run wrote, read back without the stages that declared their columns.
import { zstdDecompressSync } from "node:zlib"

/** The rows of a Parquet file, from its bytes; integers of 64 bits as numbers. */
export const parquetRows = async (bytes: Uint8Array): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const { parquetReadObjects } = await import("hyparquet")
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const rows = await parquetReadObjects({ file, compressors: { ZSTD: (packed) => zstdDecompressSync(packed) } })
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) if (typeof value === "bigint") row[name] = Number(value)
  return rows
}
