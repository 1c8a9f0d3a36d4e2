// One model's outcome on one example, keyed by row id; kept as Parquet, so that any comparison can be made later.
import { constants, zstdCompressSync } from "node:zlib"

export interface Outcome {
  readonly id: string
  readonly model: string
  /** The greedy answer. */
  readonly answer: string
  /** −ln p of the reference answer, in nats, over its `tokens`, which spell `bytes` of UTF-8. */
  readonly nll: number
  readonly tokens: number
  readonly bytes: number
  readonly exactMatch: number
  readonly f1: number
  readonly rougeL: number
}

const codec = {
  ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
}

/** Writes one row per model and example, models together, examples in dataset order. */
export const writeOutcomes = async (filename: string, outcomes: ReadonlyArray<Outcome>): Promise<void> => {
  const { parquetWriteFile } = await import("hyparquet-writer")
  const column = (name: keyof Outcome, type: "STRING" | "DOUBLE" | "INT32") => ({
    name,
    type,
    nullable: false,
    data: outcomes.map((outcome) => outcome[name])
  })
  parquetWriteFile({
    filename,
    codec: "ZSTD",
    compressors: codec,
    columnData: [
      column("id", "STRING"),
      column("model", "STRING"),
      column("answer", "STRING"),
      column("nll", "DOUBLE"),
      column("tokens", "INT32"),
      column("bytes", "INT32"),
      {
        ...column("nll", "DOUBLE"),
        name: "perplexity",
        data: outcomes.map(({ nll, tokens }) => Math.exp(nll / tokens))
      },
      column("exactMatch", "INT32"),
      column("f1", "DOUBLE"),
      column("rougeL", "DOUBLE")
    ]
  })
}
