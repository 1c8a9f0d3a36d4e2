// Which row of a group survives, as data: the first, or the one that ranks highest by its length or by a column.
import * as Schema from "effect/Schema"
import { type Batch, type Column, type Dataset, opt, type TextColumn } from "#sluice"

/** Which row of a group survives. */
export const Keep = Schema.Literals(["first", "longest", "newest", "best", "priority"])
type KeepName = typeof Keep.Type

/** What the column named by `rank` is read as: a date or a number, a score, the name of a source. */
export const Rank = Schema.NullOr(Schema.Union([Schema.String, Schema.Finite]))

/** The options by which a row is ranked. */
export const survivorOptions = {
  rank: opt.column("text"),
  keep: opt(Keep, "first"),
  priority: opt(Schema.Array(Schema.String), [])
}

export interface SurvivorPolicy {
  readonly keep: KeepName
  readonly priority: ReadonlyArray<string>
}

type RankOf<K extends KeepName> = K extends "newest"
  ? string | number | null
  : K extends "best"
    ? number | null
    : string | null

/** The column that a policy ranks by, and the order of sources for `priority`. */
type Ranking<K extends KeepName, R extends string> = K extends "newest" | "best"
  ? { readonly rank: R }
  : K extends "priority"
    ? { readonly rank: R; readonly priority: ReadonlyArray<string> }
    : { readonly rank?: never }

type RowsOf<By extends string, K extends KeepName, R extends string> = { readonly [P in By]: string } & {
  readonly [P in R]: RankOf<K>
}

/** A dedup stage as a pipeline calls it: the columns that `by` and `rank` name must be there, with the right type. */
export type Deduplicates<Options> = <
  By extends string = "text",
  K extends KeepName = "first",
  R extends string = never
>(
  options?: Options & { readonly by?: By; readonly keep?: K } & Ranking<K, R>
) => <Row extends RowsOf<By, K, R>>(dataset: Dataset<Row>) => Dataset<Row>

/** Completes a call's options: without a column to rank by, that of the text is read, which is there. */
export const withRank = (given: { readonly by?: string } = {}): never =>
  ({ rank: given.by ?? "text", ...given }) as never

/** Lower than any value that a column holds. */
const LEAST = -Number.MAX_VALUE

/** A row's rank: the higher survives. `value` is that of the ranking column, `bytes` the length of the text in UTF-8. */
export const rankOf = ({ keep, priority }: SurvivorPolicy, value: string | number | null, bytes: number): number => {
  switch (keep) {
    case "first":
      return 0
    case "longest":
      return bytes
    case "priority": {
      const place = priority.indexOf(`${value}`)
      return place < 0 ? -priority.length : -place
    }
    case "best":
      if (value === null) return LEAST
      if (typeof value === "number") return value
      throw new TypeError(`keep: "best" ranks by a number, and ${quoted(value)} is none`)
    case "newest":
      return value === null ? LEAST : timeOf(value)
  }
}

/** A number as it is; a date, in the format of ECMAScript or another that `Date.parse` reads, as milliseconds. */
const timeOf = (value: string | number): number => {
  const time = typeof value === "number" ? value : Date.parse(dated(value))
  if (Number.isNaN(time)) throw new TypeError(`keep: "newest" ranks by a date, and ${quoted(value)} is none`)
  return time
}

/** A date and time without a zone is in UTC. */
const dated = (value: string): string =>
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/.test(value) ? `${value}Z` : value

const quoted = (value: unknown): string => {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text
}

/** The ranks of a batch, whose needs are `by` and `rank`. */
export const ranksOf = ({ rows, columns }: Batch, policy: SurvivorPolicy): Column => {
  const { offsets } = columns["by"] as TextColumn
  const value = policy.keep === "first" || policy.keep === "longest" ? () => null : valuesOf(columns["rank"]!)
  const values = Float64Array.from({ length: rows }, (_, row) =>
    rankOf(policy, value(row), offsets[row + 1]! - offsets[row]!)
  )
  return { type: "number", integer: false, values, valid: undefined }
}

const valuesOf = (column: Column): ((row: number) => string | number | null) => {
  if (column.type === "nested") return (row) => (column.values[row] ?? null) as string | number | null
  const { valid } = column
  const isThere = (row: number) => valid === undefined || valid[row] === 1
  if (column.type === "number" || column.type === "flag")
    return (row) => (isThere(row) ? Number(column.values[row]) : null)
  const bytes = Buffer.from(column.bytes.buffer, column.bytes.byteOffset, column.bytes.byteLength)
  return (row) => (isThere(row) ? bytes.toString("utf8", column.offsets[row], column.offsets[row + 1]) : null)
}

/** For the first row of each group the row that survives: the highest rank, of equals the first. `group` names first rows. */
export const survivors = (group: Int32Array, rank: ArrayLike<number>): Int32Array => {
  const best = Int32Array.from(group.keys())
  for (let row = 0; row < group.length; row++) {
    const first = group[row]!
    if (rank[row]! > rank[best[first]!]!) best[first] = row
  }
  return best
}
