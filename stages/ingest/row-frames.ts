// The framing of files of rows whose format the name tells: JSON Lines, JSON arrays, Parquet, Arrow; each record is JSON.
import type { Frames } from "#sluice"
import { arrowRows } from "./arrow-rows.ts"
import { firstByte } from "./byte-frames.ts"
import { asUtf8 } from "./foreign-file.ts"
import { jsonElements } from "./json-elements.ts"
import { jsonRows } from "./json-rows.ts"
import { lineFrames } from "./line-frames.ts"
import { parquetRows } from "./parquet-rows.ts"

/** How JSON is read: where its array lies, and how deep an element may be nested. */
export interface JsonReading {
  readonly at: string | ReadonlyArray<string>
  readonly maxDepth: number
}

const packing = /\.(gz|zst|bz2|xz)$/i

/**
 * The rows of a file, by the ending of its name: .parquet; .arrow, .feather, .ipc; anything else is a JSON array where it
 * begins with a bracket or `at` names one, else JSON Lines.
 */
export const rowFrames = async (file: Uint8Array, path: string, { at, maxDepth }: JsonReading): Promise<Frames> => {
  const ending = /\.\w+$/.exec(path.replace(packing, ""))?.[0].toLowerCase()
  if (ending === ".parquet") return parquetRows(file)
  if (ending === ".arrow" || ending === ".feather" || ending === ".ipc") return jsonRows(await arrowRows(file))
  if (ending === ".csv" || ending === ".tsv") throw new Error("is CSV: ingest.csv reads it")
  const bytes = asUtf8(file)
  const names = typeof at === "string" ? (at === "" ? [] : at.split(".")) : at
  if (names.length === 0 && firstByte(bytes) !== 0x5b) return lineFrames(bytes)
  const bounds = jsonElements(bytes, names, maxDepth)
  return {
    count: bounds.length / 2,
    record: (index) => bytes.subarray(bounds[index * 2]!, bounds[index * 2 + 1]!),
    place: (index) => ({ start: bounds[index * 2]!, end: bounds[index * 2 + 1]! })
  }
}
