// The layout of a batch: positions restart, segments differ, targets are shifted and weighted.
import { expect, test } from "vitest"
import { layOutBatch, type TokenSequence, targetPlaces } from "../../../src/model/train/batch.ts"

const sequences: TokenSequence[] = [
  { ids: Int32Array.of(5, 6, 7), mask: Uint8Array.of(1, 0, 1), rowId: "a" },
  { ids: Int32Array.of(8, 9), mask: Uint8Array.of(1, 1), rowId: "b" },
  { ids: Int32Array.of(1, 2, 3, 4), mask: Uint8Array.of(0, 1, 1, 1), rowId: "c" }
]

const rows = [
  [
    { sequence: 0, start: 0, end: 3 },
    { sequence: 1, start: 0, end: 2 }
  ],
  [{ sequence: 2, start: 1, end: 4 }]
]

const values = (name: string, targets: number): number[] =>
  Array.from(layOutBatch(rows, sequences, { rows: 2, length: 6, targets }).feeds[name]!.data as Float32Array, Number)

test("tokens, positions and segments stand row after row", () => {
  expect(values("ids", 12)).toEqual([5, 6, 7, 8, 9, 0, 2, 3, 4, 0, 0, 0])
  expect(values("positions", 12)).toEqual([0, 1, 2, 0, 1, 0, 0, 1, 2, 0, 0, 0])
  expect(values("segments", 12)).toEqual([1, 1, 1, 2, 2, 0, 1, 1, 1, 0, 0, 0])
})

test("dense targets stand where they are predicted from", () => {
  expect(values("targets", 12)).toEqual([0, 7, 0, 9, 0, 0, 3, 4, 0, 0, 0, 0])
  expect(values("weights", 12)).toEqual([0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0])
})

test("gathered targets name the place they are predicted from", () => {
  expect(values("sources", 5)).toEqual([1, 3, 6, 7, 0])
  expect(values("targets", 5)).toEqual([7, 9, 3, 4, 0])
  expect(values("weights", 5)).toEqual([1, 1, 1, 1, 0])
})

test("counts and owners", () => {
  const batch = layOutBatch(rows, sequences, { rows: 2, length: 6, targets: 5 })
  expect(batch).toMatchObject({ supervised: 4, tokens: 8, sequences: [0, 1, 2] })
  expect([...batch.targetSequence]).toEqual([0, 1, 2, 2, -1])
})

test.each([
  [0, 32],
  [33, 64],
  [700, 704],
  [800, 1024],
  [1024, 1024]
])("%i supervised tokens in 8 × 128 take %i places", (most, places) => {
  expect(targetPlaces(most, 8, 128)).toBe(places)
})
