// quality.diverse: near rows are merged into the first kept, whatever their bands; pairs at a known angle are found.
import { expect, test } from "vitest"
import { diverse } from "../../../stages/quality/diverse.ts"
import { NearVectors, packedVector, unpackedVector } from "../../../stages/quality/near-vectors.ts"
import { cosine, textVector } from "#sluice/text"
import { resolved, type Select } from "../declared.ts"

const select = diverse.declaration as Select
const merged = (texts: ReadonlyArray<string>, maxSimilarity = 0.9) =>
  resolved(
    select,
    texts.map((by) => select.prepare({ by }, {})),
    { maxSimilarity }
  )

test("a row near a kept one is merged into it; near a dropped one alone it stays", () => {
  const texts = [
    "When does the north gate of the sluice open?",
    "Which boats wait below the weir?",
    "When will the north gate of the sluice be opened?",
    "",
    ""
  ]
  expect(merged(texts, 0.7).map(({ row, into, reason }) => [row, into, reason])).toEqual([[2, 0, "too-similar"]])
  expect(merged(texts, 0.99)).toEqual([])
  expect(merged(["north gate", "North gate!"])[0]!.similarity).toBeCloseTo(1)
})

test("a vector packed in bytes is the vector", () => {
  for (const text of ["the north gate of the sluice", "boats"]) {
    const vector = unpackedVector(packedVector(text))
    expect(cosine(vector, textVector(text))).toBeGreaterThan(0.999)
  }
  expect(unpackedVector(packedVector("")).every((value) => value === 0)).toBe(true)
})

test("of pairs at cosine 0.9 most are found, of those at 0.3 none", () => {
  let state = 1
  const gauss = () => {
    let sum = -6
    for (let i = 0; i < 12; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      sum += (state >>> 8) / 2 ** 24
    }
    return sum
  }
  const unit = (vector: Float64Array) => {
    const length = Math.sqrt(cosine(vector, vector))
    return vector.map((value) => value / length)
  }
  const random = () => unit(Float64Array.from({ length: 256 }, gauss))
  const foundAt = (angle: number, least: number) => {
    let found = 0
    for (let pair = 0; pair < 200; pair++) {
      const near = new NearVectors(least)
      const a = random()
      const side = random()
      const along = cosine(a, side)
      const across = unit(side.map((value, i) => value - along * a[i]!))
      near.nearest(0, a)
      if (
        near.nearest(
          1,
          a.map((value, i) => angle * value + Math.sqrt(1 - angle * angle) * across[i]!)
        ) !== undefined
      )
        found++
    }
    return found / 200
  }
  expect(foundAt(0.9, 0.89)).toBeGreaterThan(0.93)
  expect(foundAt(0.6, 0.59)).toBeGreaterThan(0.93)
  expect(foundAt(0.3, 0.89)).toBe(0)
}, 60_000)
