// dedup.minhash: near duplicates by MinHash signatures, banding and union-find.
import * as Schema from "effect/Schema"
import { type BytesColumn, input, opt, Stage, type TextColumn } from "#sluice"
import { jaccard, ngramSet, type PackedBytes, packBytes, packTexts, type Unit } from "#sluice/text"
import { type Against, giveVerdicts, numbersOf } from "./against.ts"
import { canaryOptions, makeCanaries, tellCanaries, tellShare, type Watched } from "./canaries.ts"
import { clusters } from "./clusters.ts"
import {
  comparedText,
  comparedTexts,
  type ProfileName,
  Signature,
  type Sketch,
  type SketchOptions,
  signText,
  signTexts,
  sketchOf,
  storedShape,
  withProfile
} from "./profiles.ts"
import { equalShare, packSets, packSignatures, setOf } from "./signatures.ts"
import { type Deduplicates, Rank, rankOf, ranksOf, survivorOptions, survivors, withRank } from "./survivors.ts"

const select = Stage.select({
  name: "dedup.minhash",
  needs: { by: Schema.String, rank: Rank },
  inputs: { against: input.someDatasets({}) },
  prepareOptions: {
    by: opt.column("text"),
    signature: opt(Signature, "minima"),
    shingle: opt(Schema.Literals(["words", "characters"]), "words"),
    ngram: opt(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 64 })), 5),
    bands: opt(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 16384 })), 14),
    rows: opt(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 16384 })), 8),
    seed: opt(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 32 - 1 })), 1),
    verify: opt(Schema.Boolean, false),
    ...survivorOptions
  },
  options: { threshold: opt(Schema.Finite, 0.7), ...canaryOptions },
  prepares: { signature: Schema.Uint8Array, ngrams: Schema.Uint8Array, rank: Schema.Finite },
  reasons: ["near-duplicate", "seen-before"],
  prepare: ({ by, rank }, options) => {
    const sketch = sketchOf(options)
    const text = comparedText(by, sketch)
    return {
      signature: signText(text, sketch),
      ngrams: options.verify ? asBytes(ngramSet(Buffer.from(text), sketch.ngram, sketch.unit)) : new Uint8Array(0),
      rank: rankOf(options, rank, Buffer.byteLength(by))
    }
  },
  prepareBatch: (batch, options) => {
    const sketch = sketchOf(options)
    const text = comparedTexts(batch.columns.by as TextColumn, batch.rows, sketch)
    const none = { offsets: new Int32Array(batch.rows + 1), bytes: new Uint8Array(0) }
    const sets = options.verify ? ngramSets(text, batch.rows, sketch) : none
    return {
      rows: batch.rows,
      columns: {
        signature: { type: "bytes", ...signTexts(text, batch.rows, sketch), valid: undefined },
        ngrams: { type: "bytes", ...sets, valid: undefined },
        rank: ranksOf(batch, options)
      }
    }
  },
  resolve: ({ rows: own, against }, options, verdicts) => {
    const sketch = sketchOf(options)
    const shape = storedShape(sketch)
    const { threshold } = options
    const tables = [...against, own]
    const canaries = makeCanaries(options.canaries, threshold <= 0.9)
    const planted = preparedTexts(canaries.texts, options)
    const column = (name: "signature" | "ngrams") => [
      ...tables.map((table) => table.column(name) as BytesColumn),
      planted[name]
    ]
    const before = against.reduce((sum, table) => sum + table.rows, 0)
    const end = before + own.rows
    const signatures = packSignatures(column("signature"), shape.permutations, sketch.width)
    const sets = options.verify ? packSets(column("ngrams")) : undefined
    const estimate = (a: number, b: number) =>
      sketch.folded ? equalShare(signatures, a, b) ** (1 / sketch.rows) : equalShare(signatures, a, b)
    const similarity = (a: number, b: number, least: number) =>
      sets ? jaccard(setOf(sets, a), setOf(sets, b), least) : estimate(a, b)
    const isAlike = (a: number, b: number) => threshold <= 0 || similarity(a, b, threshold) >= threshold
    const group = clusters(signatures, { bands: sketch.bands, rows: shape.rows, isAlike })
    const ours = group.subarray(0, end)
    const into = survivors(ours, numbersOf(tables.map((table) => table.columns.rank)))
    const removed = giveVerdicts(
      { before, group: ours, into, similarity: (a, b) => similarity(a, b, 0) },
      verdicts,
      "near-duplicate"
    )
    tellShare(own.rows, removed, options.removes, verdicts)
    tellCanaries(canaries, (canary) => group[end + canary] !== end + canary, verdicts)
  }
})

/** Texts signed as rows are. */
const preparedTexts = (texts: ReadonlyArray<string>, options: SketchOptions & { readonly verify: boolean }) => {
  const sketch = sketchOf(options)
  const text = comparedTexts(packTexts(texts), texts.length, sketch)
  const none = { offsets: new Int32Array(texts.length + 1), bytes: new Uint8Array(0) }
  const column = (packed: PackedBytes): BytesColumn => ({ type: "bytes", ...packed, valid: undefined })
  return {
    signature: column(signTexts(text, texts.length, sketch)),
    ngrams: column(options.verify ? ngramSets(text, texts.length, sketch) : none)
  }
}

const asBytes = ({ buffer, byteOffset, byteLength }: Uint32Array) => new Uint8Array(buffer, byteOffset, byteLength)

const ngramSets = ({ bytes, offsets }: PackedBytes, rows: number, { ngram, unit }: Sketch): PackedBytes =>
  packBytes(
    Array.from({ length: rows }, (_, row) =>
      asBytes(ngramSet(bytes.subarray(offsets[row]!, offsets[row + 1]!), ngram, unit))
    )
  )

interface Options extends Against, Watched {
  /** Settings of another project; each can be changed by the options below. */
  readonly profile?: ProfileName
  /**
   * What a signature holds: 32-bit `minima` (the default), the 64-bit ones of `datatrove`, the 32-bit ones of NeMo `curator`
   * (of characters), or a hash of each of its `bands`, also over text that is simplified as `refinedweb` does.
   */
  readonly signature?: typeof Signature.Type
  /** What n-grams are made of (`words`). */
  readonly shingle?: Unit
  /** Words or characters in an n-gram, 1 to 64 (5). */
  readonly ngram?: number
  /** Bands of minima (14). */
  readonly bands?: number
  /** Minima in a band (8). */
  readonly rows?: number
  readonly seed?: number
  /** Joins by Jaccard similarity itself. */
  readonly verify?: boolean
  /** The least similarity of two rows that are joined (0.7; of a profile without `verify` 0). */
  readonly threshold?: number
}

/**
 * Merges near duplicates of a column (default `text`). Word n-grams are sketched by bands × rows minima (Broder 1997); rows
 * that agree on a whole band and are alike are joined, and each group is merged into one of its rows, the first or the one
 * that `keep` names (see dedup.exact). Alike means that they share `threshold` of all minima, an estimate of Jaccard
 * similarity with standard error √(J(1−J)/112); with `verify` it means Jaccard similarity itself, of the sets of n-grams,
 * which costs their 4 bytes each on disk and in memory.
 *
 * Rows that are alike with one of `against`, say an earlier corpus, directly or through others, are dropped.
 *
 * A pair at similarity J meets in some band with probability 1 − (1 − Jʳ)ᵇ: at 0.8 with 0.92 for 14 × 8, FineWeb's setting,
 * with 0.9999 for 25 × 5. Texts of fewer than `ngram` words are kept. Signatures cost about 8 ms a megabyte and 4 bytes ×
 * bands × rows of memory for each row.
 *
 * Each run plants `canaries` among the rows, pairs of texts that must be joined and texts that must not, which are in no output,
 * and warns where that failed, or where another share of rows was removed than `removes` says.
 *
 * `profile` takes another project's settings, with which a band in common is enough unless `threshold` says more:
 * `datatrove` makes the signatures of datatrove 0.10 bit for bit (14 × 8 of 64 bits over simplified text and spaCy's tokens),
 * `curator` those of NeMo Curator 1.4 (20 × 13 of 32 bits over 24 characters of the text as it stands; of a shorter text over
 * the whole of it, so that equal short texts are joined, and empty ones). `refinedweb` has 450 × 20 over text without case,
 * punctuation and accents, with our words and hashes: RefinedWeb's were not published. `shingle` chooses words or characters
 * for other settings too.
 *
 * @example
 * import { dedup } from "#stages"
 * const text = "the north gate of the old sluice opens every morning at dawn and closes again in the evening at dusk"
 * rows({ text }, { text: `${text} unless it freezes` }, { text: "the south gate stays shut" }).pipe(dedup.minhash())
 * // → { text: "the north gate of the old sluice opens every morning at dawn and closes again in the evening at dusk" }
 * // → { text: "the south gate stays shut" }
 * // dropped: 1 near-duplicate
 */
export const minhash: Deduplicates<Options> & Pick<typeof select, "declaration"> = Object.assign(
  (options?: { readonly by?: string; readonly profile?: ProfileName }) =>
    select(withRank(withProfile(options ?? {}))) as never,
  { declaration: select.declaration }
)
