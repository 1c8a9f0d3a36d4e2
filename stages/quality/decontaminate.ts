// quality.decontaminate: training rows that share words with what a model will be tested on are dropped.
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"
import { shingleKey, shingles } from "#sluice/text"
import { makeProbeIndex, type ProbeSettings, probe, probedWords } from "./probe-index.ts"

/** Options of the probe, as `quality.contamination` has them too. */
export const probeOptions = {
  score: opt(Schema.Literals(["weight", "words"]), "words"),
  step: opt(Schema.Int, 7),
  maxMisses: opt(Schema.Int, 8),
  minOverlap: opt(Schema.Finite, 0.815),
  exactUpTo: opt(Schema.Int, 19),
  fullFrom: opt(Schema.Int, 38),
  minUnique: opt(Schema.Int, 4)
}

/**
 * Drops each row that holds what a row of `against` holds, both read from the column `by` (default `question`). Words are in
 * lower case, without punctuation.
 *
 * `method: "ngram"`: a row that shares a word n-gram with an item: the n-gram overlap of GPT-3 (Brown et al. 2020, appendix
 * C) and later reports; 8 words as in Llama 3 and Tülu 3. An item shorter than `ngram` words, which n-grams cannot see,
 * matches a row of exactly the same words. About 30 ms a megabyte; 8 bytes of memory for each word.
 *
 * `method: "probe"`: a row that holds most of an item, after AI2's decon: every `step`-th 4-gram of a row (`ngram`, unless
 * given, is 4) is looked up in an index of the items; a hit grows both ways over up to `maxMisses` n-grams that miss; the words
 * in n-grams met must be `minOverlap` of the item's, and all of them up to `exactUpTo` words. With `score: "weight"` the n-grams
 * met count, weighted by how few items have them, as decon has it, which bears fewer changed words. The defaults are decon's
 * (5 tokens, 10, 11, 0.815, 25 to 50), at 4 tokens for 3 words. docs/accuracy.md says what each finds.
 * Short items count: whole, wherever they stand; items of fewer than `ngram` words or `minUnique` different ones match a row of
 * exactly the same words. A shared phrase drops no row, an item with a few words changed does. `quality.contamination`
 * says for each item which row holds it and where. 4 bytes of memory for each word.
 *
 * @example
 * import { quality } from "#stages"
 * const tests = rows({ question: "When does the north gate of the sluice open?" })
 * const train = rows({ question: "So when does the north gate of the sluice open?" }, { question: "Who closes it?" })
 * train.pipe(quality.decontaminate({ against: [tests] })) // → { question: "Who closes it?" }
 * // dropped: 1 contaminated
 */
export const decontaminate = Stage.select({
  name: "quality.decontaminate",
  needs: { by: Schema.String },
  inputs: { against: input.datasets({}) },
  prepareOptions: {
    by: opt.column("question"),
    method: opt(Schema.Literals(["ngram", "probe"]), "ngram"),
    ngram: opt.maybe(Schema.Int)
  },
  options: probeOptions,
  prepares: { shingles: Schema.Uint8Array },
  reasons: ["contaminated"],
  prepare: ({ by }, { method, ngram = 8 }) => ({
    shingles: method === "probe" ? probedWords(by) : shingles(by, ngram)
  }),
  resolve: ({ rows, against }, { method, ngram, ...settings }, verdicts) => {
    const items = against.flatMap((table) =>
      Array.from({ length: table.rows }, (_, row) => table.columns.shingles[row]!)
    )
    const meets = method === "probe" ? holder(items, { ...settings, ngram: ngram ?? 4 }) : sharer(items)
    for (let row = 0; row < rows.rows; row++) if (meets(rows.columns.shingles[row]!)) verdicts.drop(row, "contaminated")
  }
})

/** Whether a row shares an n-gram with an item. */
const sharer = (items: ReadonlyArray<Uint8Array>) => {
  const tested = new Set<number>()
  for (const hashes of items) for (let at = 0; at < hashes.length; at += 8) tested.add(shingleKey(hashes, at))
  return (hashes: Uint8Array): boolean => {
    for (let at = 0; at < hashes.length; at += 8) if (tested.has(shingleKey(hashes, at))) return true
    return false
  }
}

/** Whether a row holds enough of an item. */
const holder = (items: ReadonlyArray<Uint8Array>, settings: ProbeSettings) => {
  const index = makeProbeIndex(items, settings)
  return (words: Uint8Array): boolean => probe(index, words).length > 0
}
