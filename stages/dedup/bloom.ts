// dedup.bloom: drops rows most of whose n-grams or paragraphs earlier rows had, remembered in a Bloom filter.
import * as Schema from "effect/Schema"
import { type BytesColumn, input, opt, Stage } from "#sluice"
import { digest128, shingles, simplified } from "#sluice/text"
import { canaryOptions, makeCanaries, tellCanaries, tellShare } from "./canaries.ts"
import { type BloomFilter, insert, makeBloom, mayHold } from "./bloom-filter.ts"

/**
 * Drops a row when more than `threshold` of its units occurred in rows kept before it, in dataset order, or in a dataset of
 * `against`. Units are the word n-grams of a column (default `text`), or with `unit: "paragraphs"` its lines that are not
 * blank, simplified: lower case, without marks, accents and digits. Each unit of a row is looked up before any is put in, and
 * only rows that are kept put theirs in, so a row is never a duplicate of itself, nor of one that is gone.
 *
 * The filter has room for all units of the dataset at `falsePositives`: 2.4 bytes a unit at one in 10,000. It cannot say which
 * row a unit came from: use `dedup.minhash` or `dedup.substring` where a survivor is to be named. Rows without units are kept.
 * `canaries` and `removes` are those of dedup.minhash; they tell of a filter that is full.
 *
 * @example
 * import { dedup } from "#stages"
 * const notice = "Free to copy.\nNo warranty.\nAsk the lock keeper.\nKeep off the gate."
 * rows({ text: `${notice}\nThe sluice opens at dawn.` }, { text: `${notice}\nPage 2` }, { text: `${notice}\nPage 3` }).pipe(
 *   dedup.bloom({ unit: "paragraphs", threshold: 0.75 })
 * )
 * // → { text: "Free to copy.\nNo warranty.\nAsk the lock keeper.\nKeep off the gate.\nThe sluice opens at dawn." }
 * // dropped: 2 mostly-seen
 */
export const bloom = Stage.select({
  name: "dedup.bloom",
  needs: { by: Schema.String },
  inputs: { against: input.someDatasets({}) },
  prepareOptions: {
    by: opt.column("text"),
    unit: opt(Schema.Literals(["ngrams", "paragraphs"]), "ngrams"),
    ngram: opt(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 64 })), 13)
  },
  options: {
    threshold: opt(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })), 0.8),
    falsePositives: opt(Schema.Finite.check(Schema.isBetween({ minimum: 1e-12, maximum: 0.5 })), 1e-4),
    ...canaryOptions
  },
  prepares: { units: Schema.Uint8Array },
  reasons: ["mostly-seen"],
  prepare: ({ by }, { unit, ngram }) => ({ units: unitsOf(by, unit, ngram) }),
  resolve: ({ rows: own, against }, { threshold, falsePositives, unit, ngram, canaries, removes }, verdicts) => {
    const tables = [...against, own].map((table) => table.column("units") as BytesColumn)
    const units = tables.reduce((sum, { bytes }) => sum + bytes.length / 8, 0)
    const filter = makeBloom(units, falsePositives)
    for (const table of tables.slice(0, -1)) insert(filter, table.bytes, 0, table.bytes.length)
    const { bytes, offsets } = tables.at(-1)!
    const isSeen = (units: Uint8Array, from: number, to: number): boolean => {
      if (to > from && seen(filter, units, from, to) / ((to - from) / 8) > threshold) return true
      insert(filter, units, from, to)
      return false
    }
    let removed = 0
    for (let row = 0; row < own.rows; row++) {
      if (!isSeen(bytes, offsets[row]!, offsets[row + 1]!)) continue
      verdicts.drop(row, "mostly-seen")
      removed++
    }
    tellShare(own.rows, removed, removes, verdicts)
    if (threshold === 1) return
    const planted = makeCanaries(canaries, false)
    const outcome = planted.texts.map((text) => {
      const units = unitsOf(text, unit, ngram)
      return isSeen(units, 0, units.length)
    })
    tellCanaries(planted, (canary) => outcome[canary]!, verdicts)
  }
})

const unitsOf = (text: string, unit: "ngrams" | "paragraphs", ngram: number): Uint8Array =>
  unit === "ngrams" ? shingles(text, ngram) : paragraphs(text)

const seen = (filter: BloomFilter, bytes: Uint8Array, from: number, to: number): number => {
  let count = 0
  for (let at = from; at < to; at += 8) if (mayHold(filter, bytes, at)) count++
  return count
}

/** 64 bits of sha256 of each line that has something to compare. */
const paragraphs = (text: string): Uint8Array => {
  const lines = text.split("\n").map(simplified)
  return new Uint8Array(
    Buffer.concat(lines.filter((line) => line !== "").map((line) => digest128(line).subarray(0, 8)))
  )
}
