// MinHash signatures: the kernel agrees with plain TypeScript, and equal minima estimate Jaccard similarity.
import { expect, test } from "vitest"
import { signAll, signOne } from "#sluice/text"
import { oddTexts, seeded, textBatch } from "./text-batch.ts"

const shapes = [
  { ngram: 5, permutations: 112, seed: 1 },
  { ngram: 1, permutations: 16, seed: 7 },
  { ngram: 13, permutations: 260, seed: 42 }
]

test.each(shapes)("kernel and plain form give the same bytes: %j", (shape) => {
  const long = Array.from({ length: 3000 }, (_, i) => `word${i % 700}`).join(" ")
  const texts = ["", "one two three four", "one two three four five", long, ...oddTexts(3, 120)]
  const column = textBatch("by", texts).columns.by as { offsets: Int32Array; bytes: Uint8Array }
  const { offsets, bytes } = signAll(column, texts.length, shape)
  texts.forEach((text, i) => {
    const signed = bytes.subarray(offsets[i], offsets[i + 1])
    expect(Buffer.from(signed).equals(signOne(text, shape)), JSON.stringify(text.slice(0, 80))).toBe(true)
  })
})

test("fewer words than an n-gram give no signature", () => {
  expect(signOne("one two three four", shapes[0]!).length).toBe(0)
  expect(signOne("one two three four five", shapes[0]!).length).toBe(448)
})

test("the share of equal minima is near the Jaccard similarity", () => {
  const next = seeded(5)
  const shape = { ngram: 1, permutations: 1024, seed: 1 }
  for (const common of [0, 50, 150, 190]) {
    const words = (count: number) => Array.from({ length: count }, () => `w${Math.floor(next() * 1e9)}`)
    const both = words(common)
    const a = new Uint32Array(signOne([...both, ...words(200 - common)].join(" "), shape).buffer)
    const b = new Uint32Array(signOne([...both, ...words(200 - common)].join(" "), shape).buffer)
    const equal = a.filter((value, i) => value === b[i]).length / 1024
    expect(Math.abs(equal - common / (400 - common))).toBeLessThan(0.06)
  }
})
