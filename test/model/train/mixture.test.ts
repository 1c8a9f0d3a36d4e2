// Shares of sources: by size, by temperature, by weight; every row of a source before any a second time.
import { expect, test } from "vitest"
import { mixSources } from "../../../src/model/index.ts"

const sources = [
  ...Array<string>(60).fill("law"),
  ...Array<string>(30).fill("code"),
  ...Array<string>(10).fill("poems")
]

const counts = (places: readonly number[]): Record<string, number> => {
  const found: Record<string, number> = {}
  for (const place of places) found[sources[place]!] = (found[sources[place]!] ?? 0) + 1
  return found
}

test.each([
  [{}, { law: 60, code: 30, poems: 10 }],
  // √60 : √30 : √10 = 7.746 : 5.477 : 3.162 of 16.385.
  [{ temperature: 2 }, { law: 47, code: 34, poems: 19 }],
  [{ temperature: 1e9 }, { law: 34, code: 33, poems: 33 }],
  [{ weights: { poems: 3 } }, { law: 50, code: 25, poems: 25 }],
  [{ weights: { law: 0, poems: 0 } }, { code: 100 }]
])("%j", (mixture, expected) => {
  const places = mixSources(sources, mixture)
  const found = counts(places)
  expect(places).toHaveLength(100)
  for (const [name, count] of Object.entries(expected)) expect(Math.abs(found[name]! - count), name).toBeLessThan(2)
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort())
})

test("a source that is needed more often has each of its rows as often as any other, but for one", () => {
  const times = new Map<number, number>()
  for (const place of mixSources(sources, { weights: { poems: 3 } })) times.set(place, (times.get(place) ?? 0) + 1)
  const poems = Array.from({ length: 10 }, (_, at) => times.get(90 + at)!)
  expect(Math.min(...poems)).toBe(2)
  expect(Math.max(...poems)).toBe(3)
})

test("which rows of a source stay behind is drawn from the seed", () => {
  const one = mixSources(sources, { temperature: 5, seed: 1 })
  expect(mixSources(sources, { temperature: 5, seed: 1 })).toEqual(one)
  expect(mixSources(sources, { temperature: 5, seed: 2 })).not.toEqual(one)
})

test.each([
  [{ weights: { prose: 1 } }, '"prose"'],
  [{ weights: { law: -1 } }, "-1"],
  [{ weights: { law: 0, code: 0, poems: 0 } }, "All sources"],
  [{ temperature: 0 }, "temperature"]
])("%j is refused", (mixture, said) => {
  expect(() => mixSources(sources, mixture)).toThrow(expect.objectContaining({ code: "SLUICE_BAD_MIXTURE" }))
  expect(() => mixSources(sources, mixture)).toThrow(said)
})
