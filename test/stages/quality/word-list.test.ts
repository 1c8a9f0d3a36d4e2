// quality.wordList: whole words and phrases, scripts without spaces, counts and shares.
import { expect, test } from "vitest"
import { wordList } from "../../../stages/quality/word-list.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = wordList.declaration as Filter
const defaults = decodedDefaults(filter.options)
const measured = (text: string, words: ReadonlyArray<string>) => filter.measure({ text }, { words })

test.each([
  ["You ditch, DITCH!", ["ditch"], { matches: 2, distinct: 1, share: 2 / 3, first: "ditch" }],
  ["ditches and a ditch-digger", ["ditch"], { matches: 1, distinct: 1, share: 1 / 5, first: "ditch" }],
  ["a weir  rat, a weir-rat, a weir", ["weir rat"], { matches: 2, distinct: 1, share: 4 / 8, first: "weir rat" }],
  [
    "weir rat king",
    ["weir rat", "weir rat king", "king"],
    { matches: 1, distinct: 1, share: 1, first: "weir rat king" }
  ],
  ["Straße ﬁn", ["straße", "FIN"], { matches: 2, distinct: 2, share: 1, first: "straße" }],
  ["café", ["cafe\u0301"], { matches: 1, distinct: 1, share: 1, first: "café" }],
  ["这是坏话，坏话", ["坏话"], { matches: 2, distinct: 1, share: 1, first: "坏话" }],
  ["nothing here", ["ditch", " ", "!"], { matches: 0, distinct: 0, share: 0, first: "" }],
  ["", ["ditch"], { matches: 0, distinct: 0, share: 0, first: "" }],
  ["anything", [], { matches: 0, distinct: 0, share: 0, first: "" }]
])("%j of %j", (text, words, expected) => {
  expect(measured(text, words)).toEqual(expected)
})

test.each([
  ["clean", {}, ""],
  ["a ditch", {}, "listed-words"],
  ["a ditch", { maxMatches: 1 }, ""],
  ["ditch weir ditch", { maxMatches: 9, maxDistinct: 1 }, "many-listed-words"],
  ["ditch weir of the north", { maxMatches: 9, maxShare: 0.4 }, ""],
  ["ditch weir of the north", { maxMatches: 9, maxShare: 0.39 }, "share-of-listed-words"]
])("%j with %j", (text, options, reason) => {
  expect(filter.decide(measured(text, ["ditch", "weir"]), { ...defaults, ...options })).toBe(reason)
})
