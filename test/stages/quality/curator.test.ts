// quality.curator: scores by hand and each threshold, from NVIDIA-NeMo/Curator, nemo_curator/stages/text/filters.
import { expect, test } from "vitest"
import { curator } from "../../../stages/quality/curator.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = curator.declaration as Filter
const defaults = decodedDefaults(filter.options)
const scores = (text: string) => filter.measure({ text }, {}) as { readonly [name: string]: number }

test.each([
  ["spaces and marks but ? ! , . are not alphanumeric; line feeds are", "nonAlphanumeric", "ab, c!\n-é", 3 / 9],
  ["an ellipsis mark is a symbol, one within a word is none", "symbolWords", "a ... b... […] c", 2 / 5],
  ["a # by itself is one, a longer run is one run of many characters", "symbolWords", "# ## ### a#", 1 / 4],
  ["digits of any script", "digits", "a1٣b", 2 / 4],
  ["an address ends before what its pattern lacks", "urlText", "see https://a.de/p%41;x now", 17 / 27],
  ["tab, line feed, return and space, not a no-break space", "whiteSpace", "a b\tc\u00a0", 2 / 6],
  ["brackets of six kinds", "brackets", "(a)[b]{c}⟨d⟩<e>", 8 / 15],
  ["paragraphs with a phrase of cookie notices", "boilerplate", "Our Privacy Policy.\n\nText.", 1 / 2],
  ["lorem ipsum is all", "boilerplate", "a\n\nLorem ipsum\n\nb", 1],
  ["distinct lines; blank ones do not count, spaces do", "distinctLines", "a\n\na\n a\nb", 3 / 4],
  ["distinct paragraphs", "distinctParagraphs", "a\n\nb\n\na", 2 / 3],
  ["distinct text of lines", "distinctLineText", "aa\naa\nbbb", 5 / 7],
  ["distinct text of paragraphs", "distinctParagraphText", "aa\n\naa\n\nb", 3 / 5],
  ["words between white space", "words", " a  b-c . ", 3],
  ["lines without an end mark", "openLines", "a.\nb\nc' \nd;", 2 / 4],
  ["words with a letter", "alphabeticWords", "a1 22 é !", 2 / 4],
  ["stop words each time, in small letters", "stopWords", "the the The of", 3],
  ["mean length, marks included", "meanWordLength", "ab, c", 2],
  ["the longest", "longestWord", "ab 𝐚𝐛𝐜", 3],
  ["lines that end in an ellipsis mark", "ellipsisLines", "a...\nb (...)\nRead More\nc.", 3 / 4],
  ["twelve bullets; - and * are none", "bulletLines", " • a\n- b\n* c\n◦ d", 2 / 4],
  ["taking out 'a b' takes 2 × 3 of 11 characters", "top2", "a b c a b d", 6 / 11],
  ["of what occurs once, the first", "top3", "aa b c d", 6 / 8],
  ["fewer words than n is all", "top4", "a b c", 1],
  // a b c d e f a b c d e: the second abcde, 5 letters and 4 spaces, of 21.
  ["a 5-gram seen before", "repeated5", "a b c d e f a b c d e", 9 / 21],
  // Two 5-grams seen before overlap in four words: the second adds one word and a space.
  ["overlapping ones count once", "repeated5", "a b c d e f a b c d e f", 11 / 23],
  ["no 6-gram seen before", "repeated6", "a b c d e f a b c d e", 0],
  ["fewer words than ten", "repeated10", "a b c", 1]
])("%s", (_name, score, text, expected) => {
  expect(scores(text)[score]).toBeCloseTo(expected, 12)
})

const good = {
  ...scores("x"),
  nonAlphanumeric: 0,
  openLines: 0,
  words: 60,
  stopWords: 2,
  meanWordLength: 5,
  ...Object.fromEntries(
    Object.keys(filter.measures!).flatMap((name) => (/^(top|repeated)/.test(name) ? [[name, 0]] : []))
  )
}

/** The score, its bound, whether from above, the reason. */
const bounds: ReadonlyArray<readonly [string, number, "max" | "min", string]> = [
  ["nonAlphanumeric", 0.25, "max", "non-alphanumeric"],
  ["symbolWords", 0.1, "max", "many-symbols"],
  ["digits", 0.15, "max", "many-digits"],
  ["urlText", 0.2, "max", "urls"],
  ["whiteSpace", 0.25, "max", "white-space"],
  ["brackets", 0.1, "max", "brackets"],
  ["boilerplate", 0.4, "max", "boilerplate"],
  ["distinctLines", 0.7, "min", "repeated-lines"],
  ["distinctParagraphs", 0.7, "min", "repeated-paragraphs"],
  ["distinctLineText", 0.8, "min", "repeated-line-text"],
  ["distinctParagraphText", 0.8, "min", "repeated-paragraph-text"],
  ["words", 50, "min", "too-few-words"],
  ["words", 100_000, "max", "too-many-words"],
  ["openLines", 0.85, "max", "open-lines"],
  ["alphabeticWords", 0.8, "min", "few-alphabetic-words"],
  ["stopWords", 2, "min", "few-stop-words"],
  ["meanWordLength", 3, "min", "short-words"],
  ["meanWordLength", 10, "max", "long-words"],
  ["longestWord", 1000, "max", "longest-word"],
  ["ellipsisLines", 0.3, "max", "ellipsis-lines"],
  ["top2", 0.2, "max", "frequent-2-gram"],
  ["top3", 0.18, "max", "frequent-3-gram"],
  ["top4", 0.16, "max", "frequent-4-gram"],
  ["repeated5", 0.15, "max", "repeated-5-grams"],
  ["repeated6", 0.14, "max", "repeated-6-grams"],
  ["repeated7", 0.13, "max", "repeated-7-grams"],
  ["repeated8", 0.12, "max", "repeated-8-grams"],
  ["repeated9", 0.11, "max", "repeated-9-grams"],
  ["repeated10", 0.1, "max", "repeated-10-grams"],
  ["bulletLines", 0.9, "max", "bullet-lines"]
]

test.each(bounds)("%s at %d (%s)", (name, bound, side, reason) => {
  expect(filter.decide({ ...good, [name]: bound }, defaults)).toBe("")
  expect(filter.decide({ ...good, [name]: side === "max" ? bound + 1e-9 : bound - 1e-9 }, defaults)).toBe(reason)
})

test("every reason has a bound, in the order of the pipeline", () => {
  expect(bounds.map(([, , , reason]) => reason)).toEqual(filter.reasons)
})

test("no text, and no words", () => {
  expect(filter.decide(scores(""), defaults)).toBe("non-alphanumeric")
  expect(filter.decide(scores("\n\n"), defaults)).toBe("many-symbols")
})
