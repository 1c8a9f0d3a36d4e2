// dedup.minhash: near duplicates by MinHash signatures, banding and union-find; the survivor is the first in dataset order.
import * as Schema from "effect/Schema"
import { type BytesColumn, opt, Stage, type TextColumn } from "#sluice"
import { signAll, signOne } from "#sluice/text"
import { clusters } from "./clusters.ts"
import { equalShare, packSignatures } from "./signatures.ts"

/**
 * Merges near duplicates of a column (default `text`). Word n-grams are sketched by bands × rows minima (Broder 1997); rows
 * that agree on a whole band and on at least `threshold` of all minima (an estimate of Jaccard similarity, standard error
 * √(J(1−J)/112)) are joined, and each group is merged into its first row. 14 × 8 over 5-grams is FineWeb's setting: a pair
 * at Jaccard 0.8 meets in some band with probability 0.92. Texts of fewer than `ngram` words are kept. Signatures cost
 * about 8 ms a megabyte and 4 bytes × bands × rows of memory for each row.
 *
 * @example
 * import { dedup } from "#stages"
 * const text = "the north gate of the old sluice opens every morning at dawn and closes again in the evening at dusk"
 * rows({ text }, { text: `${text} unless it freezes` }, { text: "the south gate stays shut" }).pipe(dedup.minhash())
 * // → { text: "the north gate of the old sluice opens every morning at dawn and closes again in the evening at dusk" }
 * // → { text: "the south gate stays shut" }
 * // dropped: 1 near-duplicate
 */
export const minhash = Stage.select({
  name: "dedup.minhash",
  needs: { by: Schema.String },
  prepareOptions: {
    by: opt.column("text"),
    ngram: opt(Schema.Int, 5),
    bands: opt(Schema.Int, 14),
    rows: opt(Schema.Int, 8),
    seed: opt(Schema.Int, 1)
  },
  options: { threshold: opt(Schema.Finite, 0.7) },
  prepares: { signature: Schema.Uint8Array },
  reasons: ["near-duplicate"],
  prepare: ({ by }, { ngram, bands, rows, seed }) => ({
    signature: signOne(by, { ngram, permutations: bands * rows, seed })
  }),
  prepareBatch: (batch, { ngram, bands, rows, seed }) => {
    const text = batch.columns.by as TextColumn
    const signed = signAll(text, batch.rows, { ngram, permutations: bands * rows, seed })
    return { rows: batch.rows, columns: { signature: { type: "bytes", ...signed, valid: undefined } } }
  },
  resolve: (tables, { bands, rows, threshold }, verdicts) => {
    const signatures = packSignatures(tables.rows.column("signature") as BytesColumn, tables.rows.rows, bands * rows)
    const into = clusters(signatures, { bands, rows, threshold })
    for (let row = 0; row < into.length; row++)
      if (into[row] !== row) verdicts.merge(row, into[row]!, equalShare(signatures, row, into[row]!), "near-duplicate")
  }
})
