// quality.dclm and quality.dclmLines: scores by hand and each threshold, from allenai/datamap-rs, src/map_fxn.rs.
import { expect, test } from "vitest"
import { dclm } from "../../../stages/quality/dclm.ts"
import { dclmLines } from "../../../stages/quality/dclm-lines.ts"
import { type Apply, decodedDefaults, type Filter } from "../declared.ts"

const filter = dclm.declaration as Filter
const defaults = decodedDefaults(filter.options)
const measureOptions = decodedDefaults(filter.measureOptions)
const scores = (text: string, given: object = {}) =>
  filter.measure({ text }, { ...measureOptions, ...given }) as { readonly [name: string]: number }

test.each([
  ["code points", "characters", "né𝐚", 3],
  ["ASCII: runs of letters and digits", "words", "don't stop-2 _a_", 5],
  ["else words of UAX #29", "words", "don't stop-2 é", 4],
  ["mean length in bytes", "meanWordLength", "né a", 2],
  ["marks are added up, in words with . . . as one", "symbols", "# a ... b . . . c …", 4 / 7],
  ["●, •, * and - at the start of a line", "bulletLines", "● a\n• b\n* c\n- d\n - e", 4 / 5],
  ["of lines that are not empty", "ellipsisLines", "a...\n\nb . . .\r\nc…\nd", 3 / 4],
  ["words without a letter", "letterlessWords", "a 1 2 b", 2 / 4],
  ["one word is as none", "letterlessWords", "word", 1],
  ["stop words each time, in any case", "stopWords", "The THE of ofs", 3],
  ["every occurrence of a repeated line", "lines", "a\na\nb\nb\nc\nd\ne\nf\ng\nh", 4 / 10],
  ["and of its bytes", "lineText", "aa\naa\né", 4 / 6],
  ["paragraphs", "paragraphs", "a\n\nb\n\na", 2 / 3],
  ["three line feeds are two", "paragraphText", "aa\n\n\n\nb\n\naa", 4 / 5],
  // The most frequent pair is 'the gate', 7 bytes, twice; 'gate the' is there once.
  ["the most frequent pair", "repeated2", "the gate the gate a", 14 / 15],
  ["of pairs equally frequent the longest", "repeated2", "a b a b cc dd cc dd", 8 / 12],
  ["pairs that occur once are none", "repeated2", "a b c", 0],
  ["overlapping words count once", "repeated2", "a a a a", 1],
  ["all 5-grams that occur twice", "repeated5", "a b c d e f a b c d e f x", 12 / 13],
  ["a single 10-gram is none", "repeated10", "a b c d e f g h i j", 0],
  ["words of lines that go", "removedWords", "BUY NOW\nthe gate opens at dawn\n12 likes", 4 / 9],
  ["no words is all", "removedWords", "...", 1]
])("%s", (_name, score, text, expected) => {
  expect(scores(text)[score]).toBeCloseTo(expected, 12)
})

const Twelve = "One Two Three Four Five Six Seven eight nine ten eleven twelve"

test.each([
  ["sentences end with a mark and space", "Go! Now?! No.1 is 1.5 m. \n\n ... and ok", {}, 4, 0],
  ["of what the line rules leave", "The gate. Opens.\nBUY NOW. AND HERE.\nAt dawn.", {}, 3, 0],
  ["capitals at more than half of twelve words", `${Twelve}. ${Twelve.toLowerCase()}. A B C. D. E`, {}, 5, 1 / 5],
  ["six of twelve are not", `${Twelve.replace("Seven", "seven")}. a. b. c. d`, {}, 5, 0],
  ["cursed strings and patterns", "a porno b. c. x12y. d", { cursed: ["porno", "/x\\d+y/"] }, 4, 2 / 4],
  ["a sentence counts once", `${Twelve}. b`, { cursed: ["One"] }, 2, 1 / 2],
  [
    "short and long in bytes",
    `${"é".repeat(10)}. ${"a".repeat(19)}. ${"a".repeat(501)}`,
    { sentenceRules: ["length"] },
    3,
    2 / 3
  ],
  ["digits and marks", "a(1)+ b. abcd1", { sentenceRules: ["technical"] }, 2, 1 / 2],
  ["none", "", {}, 0, 0]
])("%s", (_name, text, given, sentences, questionable) => {
  const found = scores(text, given)
  expect([found["sentences"], found["questionable"]]).toEqual([sentences, questionable])
})

const zero = Object.fromEntries(Object.keys(filter.measures!).map((name) => [name, 0]))
const good = { ...zero, characters: 200, words: 60, meanWordLength: 5, stopWords: 2, sentences: 5 }

const bounds: ReadonlyArray<readonly [string, number, "max" | "min" | "from", string]> = [
  ["characters", 150, "min", "too-short"],
  ["words", 50, "min", "too-few-words"],
  ["words", 100_000, "max", "too-many-words"],
  ["meanWordLength", 3, "min", "short-words"],
  ["meanWordLength", 10, "max", "long-words"],
  ["symbols", 0.1, "max", "many-symbols"],
  ["bulletLines", 0.9, "max", "bullet-lines"],
  ["ellipsisLines", 0.3, "max", "ellipsis-lines"],
  ["letterlessWords", 0.2, "max", "few-alphabetic-words"],
  ["stopWords", 2, "min", "few-stop-words"],
  ["lines", 0.3, "max", "repeated-lines"],
  ["paragraphs", 0.3, "max", "repeated-paragraphs"],
  ["lineText", 0.2, "max", "repeated-line-text"],
  ["paragraphText", 0.2, "max", "repeated-paragraph-text"],
  ["repeated2", 0.2, "max", "frequent-2-gram"],
  ["repeated3", 0.18, "max", "frequent-3-gram"],
  ["repeated4", 0.16, "max", "frequent-4-gram"],
  ["repeated5", 0.15, "max", "repeated-5-grams"],
  ["repeated6", 0.14, "max", "repeated-6-grams"],
  ["repeated7", 0.13, "max", "repeated-7-grams"],
  ["repeated8", 0.12, "max", "repeated-8-grams"],
  ["repeated9", 0.11, "max", "repeated-9-grams"],
  ["repeated10", 0.1, "max", "repeated-10-grams"],
  ["removedWords", 0.05, "max", "words-removed"],
  ["sentences", 5, "min", "too-few-sentences"],
  ["questionable", 0.2, "from", "questionable-sentences"]
]

test.each(bounds)("%s at %d (%s)", (name, bound, side, reason) => {
  const inside = side === "from" ? bound - 1e-9 : bound
  const outside = { max: bound + 1e-9, min: bound - 1e-9, from: bound }[side]
  expect(filter.decide({ ...good, [name]: inside }, defaults)).toBe("")
  expect(filter.decide({ ...good, [name]: outside }, defaults)).toBe(reason)
})

test("every reason has a bound, in the order of the recipe", () => {
  expect(bounds.map(([, , , reason]) => reason)).toEqual(filter.reasons)
})

const { apply } = dclmLines.declaration as Apply

test.each([
  ["half in capitals stays, more goes", "ABCd efg h\nABCDEF gh i", "ABCd efg h"],
  ["capitals count per byte", "ÄÖ Ü ä", "ÄÖ Ü ä"],
  ["digits alone go", "12345\nsee 12345", "see 12345"],
  ["counters go", "12 likes\n1,234.5K Views!\n3 comments by us", "3 comments by us"],
  ["one word goes, an empty line stays", "Menu\n\nThe gate", "\nThe gate"],
  [
    "a phrase goes, and a line that is nothing else",
    "3 items in cart now\nitems in cart\nSign-in for more",
    "3 now\nfor more"
  ],
  ["at its end of the line alone", "The gate. Read more...\nRead more... of it", "The gate.\nRead more... of it"],
  ["line feeds", "a b\n\n\n\nc d", "a b\n\nc d"],
  ["nothing is left", "Menu\nHome", ""]
])("%s", (_name, text, expected) => {
  expect(apply({ text }, {})).toEqual({ text: expected })
})
