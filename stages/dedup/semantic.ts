// dedup.semantic: rows that say the same in other words, by the cosine of their vectors within clusters (SemDeDup).
import * as Schema from "effect/Schema"
import { type Batch, type BytesColumn, input, type Model, opt, type RowModel, Stage, type TextColumn } from "#sluice"
import { packVector, textVector } from "#sluice/text"
import { type Against, numbersOf } from "./against.ts"
import { canaryOptions, tellCanaries, tellShare, type Watched } from "./canaries.ts"
import { kMeans, nearestCentres } from "./k-means.ts"
import { nearKept } from "./near-kept.ts"
import { makeSpokenCanaries, mostSpoken } from "./spoken-canaries.ts"
import { type Deduplicates, Rank, ranksOf, survivorOptions, withRank } from "./survivors.ts"
import { packVectors } from "./vectors.ts"

/** Rows up to which all are compared with all: clusters save no time there. */
const FEW = 2000

const select = Stage.select({
  name: "dedup.semantic",
  needs: { by: Schema.String, rank: Rank },
  inputs: { against: input.someDatasets({}) },
  prepareOptions: {
    by: opt.column("text"),
    model: opt.maybeModel(),
    ...survivorOptions
  },
  options: {
    threshold: opt(Schema.Finite.check(Schema.isBetween({ minimum: -1, maximum: 1 })), 0.95),
    clusters: opt.maybe(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65_536 }))),
    probes: opt(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 64 })), 2),
    iterations: opt(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })), 20),
    seed: opt(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 32 - 1 })), 1),
    canaries: opt(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: mostSpoken })), 4),
    removes: canaryOptions.removes
  },
  prepares: { vector: Schema.Uint8Array, rank: Schema.Finite },
  reasons: ["near-duplicate", "seen-before"],
  prepareBatch: async (batch, options) => ({
    rows: batch.rows,
    columns: { vector: await vectorsOf(textsOf(batch), options.model), rank: ranksOf(batch, options) }
  }),
  resolve: async ({ rows: own, against }, options, verdicts) => {
    const { threshold, probes, iterations, seed, model } = options
    const tables = [...against, own]
    const before = against.reduce((sum, table) => sum + table.rows, 0)
    const end = before + own.rows
    const canaries = makeSpokenCanaries(options.canaries)
    const planted = await vectorsOf(canaries.texts, model)
    const vectors = packVectors([...tables.map((table) => table.column("vector") as BytesColumn), planted])
    const clusters = options.clusters ?? (end <= FEW ? 1 : Math.round(Math.sqrt(end)))
    const centres = nearestCentres(vectors, kMeans(vectors, { rows: end, clusters, iterations, seed }), probes)
    const ranks = numbersOf([
      ...tables.map((table) => table.columns.rank),
      canaries.texts.map(() => Number.NEGATIVE_INFINITY)
    ])
    const near = nearKept(vectors, { centres, ranks, before, threshold })
    let removed = 0
    for (let row = before; row < end; row++) {
      const into = near.into[row]!
      if (into < 0) continue
      removed++
      if (into < before) verdicts.drop(row - before, "seen-before")
      else verdicts.merge(row - before, into - before, Math.min(1, near.similarity[row]!), "near-duplicate")
    }
    tellShare(own.rows, removed, options.removes, verdicts)
    tellCanaries(canaries, (canary) => near.into[end + canary]! >= 0, verdicts)
  }
})

const textsOf = ({ rows, columns }: Batch): ReadonlyArray<string> => {
  const { bytes, offsets } = columns["by"] as TextColumn
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: rows }, (_, row) => text.toString("utf8", offsets[row], offsets[row + 1]))
}

/** Vectors of texts in bytes; a text without words has none. */
const vectorsOf = async (texts: ReadonlyArray<string>, model: RowModel | undefined): Promise<BytesColumn> => {
  const packed = model === undefined ? texts.map((text) => packVector(textVector(text))) : await asked(texts, model)
  const offsets = new Int32Array(texts.length + 1)
  for (const [row, { length }] of packed.entries()) offsets[row + 1] = offsets[row]! + length
  return { type: "bytes", offsets, bytes: new Uint8Array(Buffer.concat(packed)), valid: undefined }
}

const asked = async (texts: ReadonlyArray<string>, model: RowModel): Promise<ReadonlyArray<Uint8Array>> => {
  const worded = texts.filter((text) => /[\p{L}\p{N}]/u.test(text))
  const { dimensions, values } = await model.embed(worded)
  let at = 0
  return texts.map((text) => {
    if (text !== worded[at / dimensions]) return new Uint8Array(0)
    at += dimensions
    return packVector(values.subarray(at - dimensions, at))
  })
}

interface Options extends Against, Watched {
  /**
   * A sentence encoder: the path of a folder in Hugging Face layout, or a model of the pipeline. Without one, vectors of hashed
   * words and pieces of words.
   */
  readonly model?: string | Model
  /** The least cosine of a row and the one it is merged into (0.95). */
  readonly threshold?: number
  /** Clusters, at most as many as rows: the square root of their number, and one up to 2,000 rows. */
  readonly clusters?: number
  /** In how many of its nearest clusters a row is looked for, 1 to 64 (2). */
  readonly probes?: number
  /** Rounds of k-means at most (20). */
  readonly iterations?: number
  /** Of the rows that k-means begins with (1). */
  readonly seed?: number
}

/**
 * Merges rows that mean the same, though in other words (SemDeDup, Abbas et al. 2023): a column's texts (default `text`) become
 * vectors, k-means puts like directions into clusters, and within them a row is merged into the nearest kept one whose cosine is
 * `threshold` at least. Rows are kept in dataset order or in that of `keep` (see dedup.exact), so that none is merged into one that it is
 * not near itself; rows near one of `against`, say an earlier corpus, are dropped. Up to 2,000 rows are all compared.
 *
 * `model` is a BERT encoder with its tokenizer.json, such as all-MiniLM-L6-v2, run by sluice's own graph on ONNX Runtime; a text longer
 * than the model takes (256 tokens there) counts by its beginning. A row is embedded once: after an edit the changed rows are, after
 * another `threshold` none. The model's content and the machine's instruction set are in the key. Without a model texts count by their
 * content words: it finds reworded sentences that share most words, not those that share none.
 *
 * What a cosine means is the model's affair: look at merged rows before you lower the threshold. A row takes a byte a dimension in
 * memory. Texts without a letter or digit are kept. `canaries`, 12 at most, and `removes` are those of dedup.minhash.
 *
 * @example
 * import { dedup } from "#stages"
 * rows(
 *   { text: "When does the north gate of the sluice open?" },
 *   { text: "Which boats wait below the weir?" },
 *   { text: "When will the north gate of the sluice be opened?" }
 * ).pipe(dedup.semantic({ threshold: 0.7 }))
 * // → { text: "When does the north gate of the sluice open?" }
 * // → { text: "Which boats wait below the weir?" }
 * // dropped: 1 near-duplicate
 */
export const semantic: Deduplicates<Options> & Pick<typeof select, "declaration"> = Object.assign(
  (options?: { readonly by?: string }) => select(withRank(options)) as never,
  { declaration: select.declaration }
)
