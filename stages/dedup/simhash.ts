// dedup.simhash: near duplicates by one 64-bit fingerprint a row: texts whose fingerprints differ in few bits are joined.
import * as Schema from "effect/Schema"
import { type BytesColumn, input, opt, Stage } from "#sluice"
import { shingles } from "#sluice/text"
import { type Against, giveVerdicts, numbersOf } from "./against.ts"
import { canaryOptions, makeCanaries, tellCanaries, tellShare, type Watched } from "./canaries.ts"
import { distanceOf, nearFingerprints, packFingerprints, simhashOf } from "./fingerprints.ts"
import { type Deduplicates, Rank, rankOf, survivorOptions, survivors, withRank } from "./survivors.ts"

const select = Stage.select({
  name: "dedup.simhash",
  needs: { by: Schema.String, rank: Rank },
  inputs: { against: input.someDatasets({}) },
  prepareOptions: {
    by: opt.column("text"),
    ngram: opt(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 64 })), 3),
    ...survivorOptions
  },
  options: { distance: opt(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8 })), 3), ...canaryOptions },
  prepares: { fingerprint: Schema.Uint8Array, rank: Schema.Finite },
  reasons: ["near-duplicate", "seen-before"],
  prepare: ({ by, rank }, options) => ({
    fingerprint: simhashOf(shingles(by, options.ngram)),
    rank: rankOf(options, rank, Buffer.byteLength(by))
  }),
  resolve: ({ rows: own, against }, { distance, ngram, ...options }, verdicts) => {
    const tables = [...against, own]
    const before = against.reduce((sum, table) => sum + table.rows, 0)
    const end = before + own.rows
    const canaries = makeCanaries(options.canaries, false)
    const planted = canaries.texts.map((text) => simhashOf(shingles(text, ngram)))
    const prints = packFingerprints([
      ...tables.map((table) => table.column("fingerprint") as BytesColumn),
      {
        bytes: new Uint8Array(Buffer.concat(planted)),
        offsets: Int32Array.from([0, ...planted.keys()], (_, i) => i * 8)
      }
    ])
    const all = nearFingerprints(prints, distance)
    const group = all.subarray(0, end)
    const into = survivors(group, numbersOf(tables.map((table) => table.columns.rank)))
    const similarity = (a: number, b: number) => 1 - distanceOf(prints, a, b) / 64
    const removed = giveVerdicts({ before, group, into, similarity }, verdicts, "near-duplicate")
    tellShare(own.rows, removed, options.removes, verdicts)
    tellCanaries(canaries, (canary) => all[end + canary] !== end + canary, verdicts)
  }
})

interface Options extends Against, Watched {
  /** Words in an n-gram, 1 to 64 (3). */
  readonly ngram?: number
  /** In how many of 64 bits two fingerprints may differ, 0 to 8 (3). */
  readonly distance?: number
}

/**
 * Merges rows whose fingerprints (Charikar 2002, over word n-grams of a column, default `text`) differ in at most `distance`
 * of 64 bits. Each group, of rows that are near one another directly or through others, is merged into its first row or the
 * one that `keep` names (see dedup.exact); rows near one of `against` are dropped. The similarity that is told is the share of
 * equal bits: 1 − θ/π for an angle θ between the texts' n-gram counts.
 *
 * Finds every pair within the distance (Manku, Jain and Das Sarma 2007): fingerprints are looked up by some of their blocks of
 * bits, of which a near one must share enough. Needs 8 bytes a row where `dedup.minhash` needs 448, and is blunter: short texts
 * and small edits in them move many bits. Texts without words are kept. `canaries` and `removes` are those of dedup.minhash.
 *
 * @example
 * import { dedup } from "#stages"
 * const text = "the north gate of the old sluice opens every morning at dawn and closes again in the evening at dusk ".repeat(9)
 * rows({ page: 1, text }, { page: 2, text: `${text} unless it freezes` }, { page: 3, text: "stays shut" }).pipe(
 *   dedup.simhash({ distance: 6 })
 * )
 * // → { page: 1, … }
 * // → { page: 3, text: "stays shut" }
 * // dropped: 1 near-duplicate
 */
export const simhash: Deduplicates<Options> & Pick<typeof select, "declaration"> = Object.assign(
  (options?: { readonly by?: string }) => select(withRank(options)) as never,
  { declaration: select.declaration }
)
