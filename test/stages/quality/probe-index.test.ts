// The index probe: what is held, where and how much; short items, changed words, items that share phrases.
import { expect, test } from "vitest"
import { makeProbeIndex, type ProbeSettings, probe, probedWords } from "../../../stages/quality/probe-index.ts"
import { wordSpans } from "../../../stages/quality/word-spans.ts"
import { oddTexts } from "../../text/text-batch.ts"

const settings: ProbeSettings = {
  score: "weight",
  ngram: 5,
  step: 10,
  maxMisses: 11,
  minOverlap: 0.815,
  exactUpTo: 25,
  fullFrom: 50,
  minUnique: 4
}
const words = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name}${i}`)
const found = (items: ReadonlyArray<string>, text: string, changed: Partial<ProbeSettings> = {}, atLeast?: number) =>
  probe(makeProbeIndex(items.map(probedWords), { ...settings, ...changed }), probedWords(text), atLeast)

const long = words(60, "a")
const noise = (count: number) => words(count, "n").join(" ")

test("an item anywhere in a text, whatever the probes hit", () => {
  for (let before = 0; before < 12; before++) {
    const text = `${noise(before)} ${long.join(", ")}! ${noise(30)}`
    expect(found([long.join(" ")], text)).toEqual([{ item: 0, from: before, to: before + 60, overlap: 1 }])
  }
})

test("of 60 words one changed costs 5 of 56 n-grams, three cost 15: more than may be missed", () => {
  const changed = (...places: ReadonlyArray<number>) =>
    long.map((word, i) => (places.includes(i) ? "x" : word)).join(" ")
  expect(found([long.join(" ")], changed(30))[0]!.overlap).toBeCloseTo(51 / 56)
  expect(found([long.join(" ")], changed(20, 40))[0]!.overlap).toBeCloseTo(46 / 56)
  expect(found([long.join(" ")], changed(15, 30, 45))).toEqual([])
  expect(found([long.join(" ")], changed(15, 30, 45), {}, 0.5)[0]!.overlap).toBeCloseTo(41 / 56)
})

test("words put in between: up to what may miss", () => {
  const apart = (count: number) => [...long.slice(0, 30), ...words(count, "x"), ...long.slice(30)].join(" ")
  // Between the last n-gram before and the first behind the gap stand 4 more than there are words in it.
  expect(found([long.join(" ")], apart(7))[0]!.overlap).toBeCloseTo(52 / 56)
  expect(found([long.join(" ")], apart(8), {}, 0.4)[0]!.overlap).toBeCloseTo(26 / 56)
})

test("up to 25 words all must be held; from there on less and less", () => {
  const item = words(26, "b")
  const text = [...item.slice(0, 25), "x"].join(" ")
  expect(found([item.join(" ")], text)).toEqual([])
  expect(found([item.join(" ")], text, { exactUpTo: 0, fullFrom: 20 })[0]!.overlap).toBeCloseTo(21 / 22)
})

test("short items: within other words from 5 words on, else by themselves", () => {
  const items = ["What is the capital of France?", "Who am I?", "no no no no no no", ""]
  expect(found(items, "He asked: what is the capital of France. Paris!").map(({ item }) => item)).toEqual([0])
  expect(found(items, "what is the capital of Spain")).toEqual([])
  expect(found(items, "Who am I").map(({ item }) => item)).toEqual([1])
  expect(found(items, "So who am I?")).toEqual([])
  expect(found(items, "no, no, no, no, no, no").map(({ item }) => item)).toEqual([2])
  expect(found(items, "no no no no no no no")).toEqual([])
  expect(found(items, "")).toEqual([])
})

test("n-grams that many items have weigh less", () => {
  const asked = words(10, "q")
  const items = [0, 1, 2, 3].map((i) => [...asked, ...words(10, `i${i}x`)].join(" "))
  const half = [...asked, ...noise(10).split(" ")].join(" ")
  const rest = [...noise(10).split(" "), ...words(10, "i0x")].join(" ")
  const share = (text: string) => found(items, text, { step: 1 }, 0.05).find(({ item }) => item === 0)!.overlap
  const [common, own] = [6 * Math.log(5 / 4), 10 * Math.log(5)]
  expect(share(half)).toBeCloseTo(common / (common + own))
  expect(share(rest)).toBeCloseTo((6 * Math.log(5)) / (common + own))
})

test("of two items with the same words the first stands for both", () => {
  const index = makeProbeIndex([long.join(" "), `${long.join(" ")}?`].map(probedWords), settings)
  expect(index.items.map(({ same }) => same)).toEqual([0, 0])
  expect(probe(index, probedWords(long.join(" "))).map(({ item }) => item)).toEqual([0])
})

test("words stand where they are hashed from", () => {
  const texts = ["The café, 𝐚𝐛 3.5 它们 ไทย x", "", ...oddTexts(5, 200)]
  for (const text of texts) {
    const { starts, ends } = wordSpans(text)
    expect(starts.length).toBe(probedWords(text).length / 4)
    expect(ends.length).toBe(starts.length)
    for (let i = 0; i < starts.length; i++)
      expect(probedWords(text.slice(starts[i], ends[i]))).toEqual(probedWords(text).slice(i * 4, i * 4 + 4))
  }
})

test("by words: every sixth changed leaves the five between, which are all in n-grams", () => {
  const text = long.map((word, i) => (i % 6 === 5 ? "x" : word)).join(" ")
  expect(found([long.join(" ")], text)).toEqual([])
  expect(found([long.join(" ")], text, { score: "words" })).toEqual([{ item: 0, from: 0, to: 59, overlap: 50 / 60 }])
})
