// dedup.exact: rows whose text is the same, byte for byte or once simplified, are merged into one of them.
import * as Schema from "effect/Schema"
import { type Column, input, opt, Stage, type TextColumn } from "#sluice"
import { digest128, simplified } from "#sluice/text"
import type { Against } from "./against.ts"
import { canaryOptions, tellShare, type Watched } from "./canaries.ts"
import { type Deduplicates, Rank, rankOf, ranksOf, survivorOptions, survivors, withRank } from "./survivors.ts"

const select = Stage.select({
  name: "dedup.exact",
  needs: { by: Schema.String, rank: Rank },
  inputs: { against: input.someDatasets({}) },
  prepareOptions: { by: opt.column("text"), normalise: opt(Schema.Boolean, false), ...survivorOptions },
  options: { removes: canaryOptions.removes },
  prepares: { digest: Schema.Uint8Array, rank: Schema.Finite },
  readsValues: ({ keep }) => keep !== "first",
  reasons: ["duplicate", "seen-before"],
  prepare: ({ by, rank }, options) => ({
    digest: digest128(options.normalise ? simplified(by) : by),
    rank: rankOf(options, rank, Buffer.byteLength(by))
  }),
  prepareBatch: (batch, options) => {
    const text = batch.columns.by as TextColumn
    return {
      rows: batch.rows,
      columns: { digest: digests(text, batch.rows, options.normalise), rank: ranksOf(batch, options) }
    }
  },
  resolve: ({ rows, against }, { keep, removes }, verdicts) => {
    const before = against.reduce((sum, table) => sum + table.rows, 0)
    const group = rows.first("digest", against).map((first) => first - before)
    const own = group.map((first, row) => (first < 0 ? row : first))
    const into = keep === "first" ? undefined : survivors(own, rows.columns.rank)
    let removed = 0
    for (const [row, first] of group.entries()) {
      const survivor = into === undefined ? first : into[first]
      if (first < 0 || survivor !== row) removed++
      if (first < 0) verdicts.drop(row, "seen-before")
      else if (survivor !== row) verdicts.merge(row, survivor!, 1, "duplicate")
    }
    tellShare(rows.rows, removed, removes, verdicts)
  }
})

const digests = ({ bytes, offsets }: TextColumn, rows: number, normalise: boolean): Column => {
  const out = new Uint8Array(rows * 16)
  const ends = new Int32Array(rows + 1)
  for (let row = 0; row < rows; row++) {
    const text = bytes.subarray(offsets[row]!, offsets[row + 1]!)
    out.set(digest128(normalise ? simplified(Buffer.from(text).toString("utf8")) : text), row * 16)
    ends[row + 1] = (row + 1) * 16
  }
  return { type: "bytes", offsets: ends, bytes: out, valid: undefined }
}

interface Options extends Against, Pick<Watched, "removes"> {
  /** Compares lower case without marks, accents and digits: see `simplified`. */
  readonly normalise?: boolean
}

/**
 * Merges rows with the same value of a column (default `text`) into the first of them, in dataset order, or into the one
 * that `keep` names. Rows whose value stands in a dataset of `against`, say an earlier corpus, are dropped. Compares 128 bits
 * of sha256; `normalise` compares simplified texts. Cheap: put it before everything else.
 *
 * `keep` is `first`; `longest`, the most bytes; `newest` or `best`, the latest date or the highest number in the column that
 * `rank` names, where null is last; or `priority`, the source in the column `rank` that stands first in the list `priority`,
 * those not listed last. Of equals the first in dataset order survives.
 *
 * The run warns when it removes another share of rows than `removes` says: 0 to 0.9.
 *
 * @example
 * import { dedup } from "#stages"
 * rows({ page: 1, text: "dawn" }, { page: 2, text: "dusk" }, { page: 3, text: "dawn" }).pipe(dedup.exact())
 * // → { page: 1, text: "dawn" }
 * // → { page: 2, text: "dusk" }
 * const earlier = rows({ text: "dusk" }, { text: "noon" })
 * rows({ text: "dawn" }, { text: "dusk" }).pipe(dedup.exact({ against: [earlier] })) // → { text: "dawn" }
 * rows({ text: "Dawn.", seen: "2024-05-01" }, { text: "dawn", seen: "2025-01-31" }).pipe(
 *   dedup.exact({ normalise: true, keep: "newest", rank: "seen" })
 * ) // → { text: "dawn", seen: "2025-01-31" }
 * // dropped: 2 duplicate, 1 seen-before
 */
export const exact: Deduplicates<Options> & Pick<typeof select, "declaration"> = Object.assign(
  (options?: { readonly by?: string }) => select(withRank(options)) as never,
  { declaration: select.declaration }
)
