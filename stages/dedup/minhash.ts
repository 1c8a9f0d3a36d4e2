// dedup.minhash: near duplicates by MinHash signatures, banding and union-find; the survivor is the first in dataset order.
import * as Schema from "effect/Schema"
import { type BytesColumn, input, opt, Stage, type TextColumn } from "#sluice"
import { jaccard, ngramSet, signAll, signOne } from "#sluice/text"
import { clusters } from "./clusters.ts"
import { equalShare, packSets, packSignatures, setOf } from "./signatures.ts"
import { survivors } from "./survivors.ts"

/**
 * Merges near duplicates of a column (default `text`). Word n-grams are sketched by bands × rows minima (Broder 1997); rows
 * that agree on a whole band and are alike are joined, and each group is merged into one of its rows: the first, or with
 * `keep: "longest"` the one of the most bytes. Alike means that they share `threshold` of all minima, an estimate of Jaccard
 * similarity with standard error √(J(1−J)/112); with `verify` it means Jaccard similarity itself, of the sets of 5-grams,
 * which costs their 4 bytes each on disk and in memory.
 *
 * Rows that are alike with one of `against`, say an earlier corpus, directly or through others, are dropped.
 *
 * A pair at similarity J meets in some band with probability 1 − (1 − Jʳ)ᵇ: at 0.8 with 0.92 for 14 × 8, FineWeb's setting,
 * with 0.9999 for 25 × 5. Texts of fewer than `ngram` words are kept. Signatures cost about 8 ms a megabyte and 4 bytes ×
 * bands × rows of memory for each row.
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
  inputs: { against: input.someDatasets({}) },
  prepareOptions: {
    by: opt.column("text"),
    ngram: opt(Schema.Int, 5),
    bands: opt(Schema.Int, 14),
    rows: opt(Schema.Int, 8),
    seed: opt(Schema.Int, 1),
    verify: opt(Schema.Boolean, false)
  },
  options: { threshold: opt(Schema.Finite, 0.7), keep: opt(Schema.Literals(["first", "longest"]), "first") },
  prepares: { signature: Schema.Uint8Array, ngrams: Schema.Uint8Array, size: Schema.Int },
  reasons: ["near-duplicate", "seen-before"],
  prepare: ({ by }, { ngram, bands, rows, seed, verify }) => {
    const bytes = Buffer.from(by)
    return {
      signature: signOne(by, { ngram, permutations: bands * rows, seed }),
      ngrams: verify ? asBytes(ngramSet(bytes, ngram)) : new Uint8Array(0),
      size: bytes.length
    }
  },
  prepareBatch: (batch, { ngram, bands, rows, seed, verify }) => {
    const text = batch.columns.by as TextColumn
    const signed = signAll(text, batch.rows, { ngram, permutations: bands * rows, seed })
    const sets = verify ? ngramSets(text, batch.rows, ngram) : { offsets: new Int32Array(batch.rows + 1), bytes: none }
    const size = Float64Array.from({ length: batch.rows }, (_, row) => text.offsets[row + 1]! - text.offsets[row]!)
    return {
      rows: batch.rows,
      columns: {
        signature: { type: "bytes", ...signed, valid: undefined },
        ngrams: { type: "bytes", ...sets, valid: undefined },
        size: { type: "number", integer: true, values: size, valid: undefined }
      }
    }
  },
  resolve: ({ rows: own, against }, { bands, rows, threshold, verify, keep }, verdicts) => {
    const tables = [...against, own]
    const column = (name: "signature" | "ngrams") => tables.map((table) => table.column(name) as BytesColumn)
    const before = against.reduce((sum, table) => sum + table.rows, 0)
    const signatures = packSignatures(column("signature"), bands * rows)
    const sets = verify ? packSets(column("ngrams")) : undefined
    const similarity = (a: number, b: number, least: number) =>
      sets ? jaccard(setOf(sets, a), setOf(sets, b), least) : equalShare(signatures, a, b)
    const isAlike = (a: number, b: number) => threshold <= 0 || similarity(a, b, threshold) >= threshold
    const group = clusters(signatures, { bands, rows, isAlike })
    const sizes = tables.map((table) => table.columns.size)
    const into =
      keep === "longest"
        ? survivors(
            group,
            sizes.flatMap((of) => Array.from(of))
          )
        : group
    for (let row = before; row < group.length; row++) {
      if (group[row]! < before) verdicts.drop(row - before, "seen-before")
      else {
        const survivor = into[group[row]!]!
        if (survivor !== row)
          verdicts.merge(row - before, survivor - before, similarity(row, survivor, 0), "near-duplicate")
      }
    }
  }
})

const none = new Uint8Array(0)

const asBytes = ({ buffer, byteOffset, byteLength }: Uint32Array) => new Uint8Array(buffer, byteOffset, byteLength)

const ngramSets = ({ bytes, offsets }: TextColumn, rows: number, ngram: number) => {
  const sets: Array<Uint8Array> = []
  const ends = new Int32Array(rows + 1)
  for (let row = 0; row < rows; row++) {
    const set = asBytes(ngramSet(bytes.subarray(offsets[row]!, offsets[row + 1]!), ngram))
    ends[row + 1] = ends[row]! + set.length
    sets.push(set)
  }
  return { offsets: ends, bytes: new Uint8Array(Buffer.concat(sets)) }
}
