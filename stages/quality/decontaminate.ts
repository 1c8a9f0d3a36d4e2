// quality.decontaminate: training rows that share words with what a model will be tested on are dropped.
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"
import { shingleKey, shingles } from "#sluice/text"

/**
 * Drops each row that shares a word n-gram with a row of `against`, both read from the column `by` (default `question`):
 * the n-gram overlap of GPT-3 (Brown et al. 2020, appendix C) and later reports; 8 words as in Llama 3 and Tülu 3. Words
 * are in lower case, without punctuation. An item shorter than `ngram` words, which n-grams cannot see, matches a row of
 * exactly the same words. About 30 ms a megabyte; 8 bytes of memory for each word.
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
  prepareOptions: { by: opt.column("question"), ngram: opt(Schema.Int, 8) },
  prepares: { shingles: Schema.Uint8Array },
  reasons: ["contaminated"],
  prepare: ({ by }, { ngram }) => ({ shingles: shingles(by, ngram) }),
  resolve: ({ rows, against }, _options, verdicts) => {
    const tested = new Set<number>()
    for (const table of against)
      for (let row = 0; row < table.rows; row++) {
        const hashes = table.columns.shingles[row]!
        for (let at = 0; at < hashes.length; at += 8) tested.add(shingleKey(hashes, at))
      }
    for (let row = 0; row < rows.rows; row++)
      if (meets(rows.columns.shingles[row]!, tested)) verdicts.drop(row, "contaminated")
  }
})

const meets = (hashes: Uint8Array, tested: ReadonlySet<number>): boolean => {
  for (let at = 0; at < hashes.length; at += 8) if (tested.has(shingleKey(hashes, at))) return true
  return false
}
