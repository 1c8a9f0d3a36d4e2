// Words of a text as people count them: for lengths, comparisons and overlap, where clarity counts more than speed.

/** Tokens a word stands for on average: a rule of thumb for English prose and BPE vocabularies of 32k to 100k entries. */
export const TOKENS_PER_WORD = 4 / 3

/**
 * Runs of characters between white space.
 *
 * @example
 * import { countWords, TOKENS_PER_WORD } from "#sluice/text"
 * countWords("The gate opens at dawn, usually.") // → 6
 * Math.ceil(6 * TOKENS_PER_WORD) // → 8
 */
export const countWords = (text: string): number => {
  let words = 0
  let inside = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const space = code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x2028 || code === 0x3000
    if (!space && !inside) words++
    inside = !space
  }
  return words
}

/**
 * The words in lower case, without punctuation around or between them.
 *
 * @example
 * import { plainWords } from "#sluice/text"
 * plainWords("The gate's (north) lock: No. 7!") // → ["the", "gate", "s", "north", "lock", "no", "7"]
 */
export const plainWords = (text: string): Array<string> => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
