// Signatures of characters: kernel and plain form agree, and both are cuDF's and NeMo Curator's.
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { curatorFamily, type MurmurFamily, murmur32, randomState, signAllMurmur, signOneMurmur } from "#sluice/text"
import { oddTexts, textBatch } from "./text-batch.ts"

const signed = (texts: ReadonlyArray<string>, ngram: number, family: MurmurFamily) => {
  const column = textBatch("by", texts).columns.by as { offsets: Int32Array; bytes: Uint8Array }
  const { offsets, bytes } = signAllMurmur(column, texts.length, ngram, family)
  return texts.map((_, i) => Buffer.from(bytes.subarray(offsets[i], offsets[i + 1])))
}
const numbers = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / 4 }, (_, i) => Buffer.from(bytes).readUInt32LE(i * 4))
const counted = (from: number): MurmurFamily => {
  const a = Uint32Array.of(from, from + 1, from + 2)
  return { seed: 0, a, b: a }
}

/** From the mmh3 package 5.3.1: mmh3.hash(text, seed, signed=False). */
test.each([
  ["", 0, 0],
  ["", 1, 1364076727],
  ["a", 0, 1009084850],
  ["ab", 7, 4264175359],
  ["abc", 0, 3017643002],
  ["abcd", 1608637543, 938364451],
  ["abcde", 0, 3902511862],
  ["the north gate opens at dawn", 42, 2148747179],
  ["Straße 日本語", 4294967295, 2862803482]
])("MurmurHash3 of %j with seed %d", (text, seed, expected) => {
  expect(murmur32(Buffer.from(text), seed)).toBe(expected)
})

/** What cuDF's own test expects: cpp/tests/text/minhash_tests.cpp, Permuted and PermutedWide, the 32-bit values. */
test.each([
  ["doc 1", 10, [1392101586, 394869177, 811528444]],
  ["this is doc 2", 10, [211415830, 187088503, 130291444]],
  ["doc 3", 10, [2098117052, 394869177, 799753544]],
  ["d", 10, [2264583304, 2920538364, 3576493424]],
  ["The quick brown fox jumpéd over the lazy brown dog.", 10, [253327882, 41747273, 302030804]],
  ["line six", 10, [2109809594, 1017470651, 326988172]],
  ["line seven", 10, [1303819864, 850676747, 147107852]],
  ["line eight", 10, [736021564, 720812292, 1405158760]],
  ["line nine", 10, [902780242, 134064807, 1613944636]],
  ["line ten", 10, [547084870, 1748895564, 656501844]],
  ["x".repeat(2 << 10), 20, [1731998032, 315359380, 3193688024]],
  ["y".repeat(2 << 19), 20, [1293098788, 2860992281, 133918478]]
])("cuDF's minima of %.20s", (text, from, expected) => {
  expect(numbers(signed([text], 4, counted(from))[0]!)).toEqual(expected)
  if (text.length < 100) expect(numbers(signOneMurmur(text, 4, counted(from)))).toEqual(expected)
})

test("NeMo Curator's signatures, recorded by bench/conformance/record_curator_minhash.py", () => {
  const { draws, rows } = JSON.parse(readFileSync(join(import.meta.dirname, "curator-signatures.json"), "utf8")) as {
    readonly draws: ReadonlyArray<readonly [number, number]>
    readonly rows: ReadonlyArray<{ readonly text: string; readonly sha256: string; readonly first: Array<number> }>
  }
  const family = curatorFamily(260, 42)
  expect([0, 1, 259].map((i) => [family.a[i], family.b[i]])).toEqual(draws)
  expect(family.seed).toBe(draws[0]![0])
  const found = signed(
    rows.map(({ text }) => text),
    24,
    family
  )
  expect(rows.length).toBeGreaterThan(10)
  rows.forEach(({ text, sha256, first }, i) => {
    expect(numbers(found[i]!).slice(0, 3), text.slice(0, 40)).toEqual(first)
    expect(createHash("sha256").update(found[i]!).digest("hex").slice(0, 32), text.slice(0, 40)).toBe(sha256)
  })
})

test.each([
  [24, curatorFamily(260, 42)],
  [1, curatorFamily(16, 7)],
  [3, curatorFamily(5, 1)]
])("kernel and plain form give the same bytes: %d characters", (ngram, family) => {
  const texts = ["", "a", "日本語", "é".repeat(1200), "gate ".repeat(700), ...oddTexts(3, 60)]
  const found = signed(texts, ngram, family)
  texts.forEach((text, i) => {
    expect(found[i]!.equals(signOneMurmur(text, ngram, family)), JSON.stringify(text.slice(0, 80))).toBe(true)
  })
})

test("draws of 32 bits are NumPy's", () => {
  // [int(g.randint(0, 2**32 - 1, dtype=np.uint32)) for g in [np.random.RandomState(3)] for _ in range(4)]
  const draw = randomState(3)
  expect(Array.from({ length: 4 }, () => draw(0n, 2n ** 32n - 1n))).toEqual([
    2365658986n,
    303761048n,
    3041471737n,
    3607553667n
  ])
})
