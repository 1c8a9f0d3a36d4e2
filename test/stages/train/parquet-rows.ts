// Reads a Parquet file back as rows, with the reader a user's own tools would use.
import { zstdDecompressSync } from "node:zlib"
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet"

export const parquetRows = async (file: string): Promise<ReadonlyArray<Record<string, unknown>>> =>
  parquetReadObjects({
    file: await asyncBufferFromFile(file),
    compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) }
  })
