// n-gram hashes and the table that counts hashes.
import { expect, test } from "vitest"
import { countHash, countOf, digest128, emptyTable, makeTable, shingleKey, shingles } from "#sluice/text"

const keys = (text: string, ngram: number) => {
  const hashes = shingles(text, ngram)
  return Array.from({ length: hashes.length / 8 }, (_, i) => shingleKey(hashes, i * 8))
}

test("one hash for each n-gram, the same wherever it stands", () => {
  expect(keys("a b c d e", 3).length).toBe(3)
  expect(keys("x, B c. D!", 3)[1]).toBe(keys("a b c d e", 3)[1])
})

test("a short text is one item, told apart from an n-gram of another length", () => {
  expect(keys("What is npm?", 8)).toEqual(keys("what is NPM", 8))
  expect(keys("what is npm", 8)).not.toEqual(keys("what is npm", 2).slice(0, 1))
  expect(keys("!!", 8)).toEqual([])
})

test("a table counts, and forgets when emptied", () => {
  const table = makeTable(100)
  emptyTable(table, 50)
  for (let i = 0; i < 50; i++) for (let k = 0; k <= i % 3; k++) countHash(table, i, -i)
  expect(countOf(table, 5, -5)).toBe(3)
  expect(countHash(table, 5, -5)).toBe(4)
  expect(countOf(table, 5, 5)).toBe(0)
  emptyTable(table, 100)
  expect(countOf(table, 5, -5)).toBe(0)
})

test("digests are the first half of sha256", () => {
  expect(Buffer.from(digest128("")).toString("hex")).toBe("e3b0c44298fc1c149afbf4c8996fb924")
})
