// Packing against published examples and against its own promises on random lengths.
import { expect, test } from "vitest"
import { type PackingStrategy, packingEfficiency, packSequences } from "../../src/model/pack.ts"
import { seededRandom } from "../../src/model/random.ts"

const packed = (sequences: readonly number[][], length: number, strategy: PackingStrategy): number[][][] =>
  packSequences(
    sequences.map((sequence) => sequence.length),
    length,
    strategy
  ).map((row) => row.map(({ sequence, start, end }) => sequences[sequence]!.slice(start, end)))

test.each<[string, number[][], number, PackingStrategy, number[][][]]>([
  ["short rows", [[1, 2, 3], [4, 5, 6, 7], [8]], 4, "bfd", [[[4, 5, 6, 7]], [[1, 2, 3], [8]]]],
  [
    "split",
    [[1, 2, 3, 4, 5], [6, 7], [8, 9, 10, 11], [12]],
    4,
    "bfd_split",
    [[[1, 2, 3, 4]], [[8, 9, 10, 11]], [[6, 7], [5], [12]]]
  ],
  [
    "cut",
    [[1, 2, 3, 4, 5], [6, 7], [8, 9, 10, 11], [12]],
    4,
    "bfd",
    [[[1, 2, 3, 4]], [[8, 9, 10, 11]], [[6, 7], [12]]]
  ],
  [
    "best fit",
    [[1, 2, 3, 4, 5], [6], [7, 8, 9, 10], [11, 12, 13]],
    5,
    "bfd",
    [[[1, 2, 3, 4, 5]], [[7, 8, 9, 10], [6]], [[11, 12, 13]]]
  ],
  ["empty rows are left out", [[], [1], []], 4, "bfd", [[[1]]]],
  [
    "in order, cut where a row is full",
    [[1, 2, 3], [], [4, 5, 6, 7, 8, 9], [10]],
    4,
    "wrapped",
    [[[1, 2, 3], [4]], [[5, 6, 7, 8]], [[9], [10]]]
  ],
  ["one row each", [[1], [], [2, 3, 4]], 2, "none", [[[1]], [[2, 3]]]]
])("%s", (_title, sequences, length, strategy, expected) => {
  expect(packed(sequences, length, strategy)).toEqual(expected)
})

test("efficiency is the share of positions that hold a token", () => {
  expect(packingEfficiency(packSequences([3, 4, 1], 4), 4)).toBe(1)
  expect(packingEfficiency(packSequences([3, 3], 4), 4)).toBe(0.75)
  expect(packingEfficiency([], 4)).toBe(1)
})

test.each([1, 2, 3])("every token once, no row too long, none that would fit into another (seed %i)", (seed) => {
  const random = seededRandom(seed, "lengths")
  const lengths = Array.from({ length: 400 }, () => Math.floor(random.uniform() * 150))
  const rows = packSequences(lengths, 100, "bfd_split")
  const fill = rows.map((row) => row.reduce((total, { start, end }) => total + end - start, 0))
  expect(Math.max(...fill)).toBeLessThanOrEqual(100)
  expect(fill.reduce((total, size) => total + size, 0)).toBe(lengths.reduce((total, size) => total + size, 0))
  const places = rows.flat().map(({ sequence, start }) => `${sequence}:${start}`)
  expect(new Set(places).size).toBe(places.length)
  const [emptiest, next] = fill.toSorted((left, right) => left - right)
  expect(emptiest! + next!).toBeGreaterThan(100)
})
