// quality.wordList: drops text by a list of words: insults, adult content, boilerplate, whatever the list holds.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"
import { findPhrases, type Phrases, phrasesOf } from "./listed-phrases.ts"

const ready = new WeakMap<object, Phrases>()

const phrasesFor = (list: ReadonlyArray<string>): Phrases => {
  let phrases = ready.get(list)
  if (phrases === undefined) {
    phrases = phrasesOf(list)
    ready.set(list, phrases)
  }
  return phrases
}

/**
 * Counts the words and phrases of a list in `text` and drops text with more than `maxMatches` of them, more than
 * `maxDistinct` different ones, or with more than the share `maxShare` of its words in them; by default the first
 * match drops, as C4's list of bad words does (Raffel et al. 2020). Words match whole, in any case, compatibility
 * forms as plain ones (NFKC); entries in Chinese, Japanese, Thai, Lao and Khmer match anywhere. `first` is the first that
 * was found. The list is given in place or as a text file, and its content enters the key; none comes with the stage.
 *
 * @example
 * // insults.txt
 * //   weir rat
 * //   ditch
 * import { quality } from "#stages"
 * rows({ text: "The ditches are dry." }, { text: "You Weir-Rat!" }).pipe(quality.wordList({ words: "insults.txt" }))
 * // → { text: "The ditches are dry." }
 * // dropped: 1 listed-words
 */
export const wordList = Stage.filter({
  name: "quality.wordList",
  needs: { text: Schema.String },
  measures: {
    matches: Schema.Int,
    distinct: Schema.Int,
    /** Words of the text in what was found, of all. */
    share: Schema.Finite,
    first: Schema.String
  },
  measureOptions: { words: opt.list([]) },
  measure: ({ text }, { words }) => {
    const found = findPhrases(text, phrasesFor(words))
    const share = found.words === 0 ? Math.min(1, found.matches) : Math.min(1, found.listedWords / found.words)
    return { matches: found.matches, distinct: found.distinct, share, first: found.first }
  },
  options: {
    maxMatches: opt(Schema.Int, 0),
    maxDistinct: opt.maybe(Schema.Int),
    maxShare: opt(Schema.Finite, 1)
  },
  reasons: ["listed-words", "many-listed-words", "share-of-listed-words"],
  decide: (m, { maxMatches, maxDistinct, maxShare }) => {
    if (m.matches > maxMatches) return "listed-words"
    if (maxDistinct !== undefined && m.distinct > maxDistinct) return "many-listed-words"
    return m.share > maxShare ? "share-of-listed-words" : keep
  }
})
