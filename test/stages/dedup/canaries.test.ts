// Canaries: settings that find duplicates are silent, those that miss or invent them warn; no row's verdict changes.
import { expect, test } from "vitest"
import { makeCanaries, tellShare } from "../../../stages/dedup/canaries.ts"
import { bloom } from "../../../stages/dedup/bloom.ts"
import { minhash } from "../../../stages/dedup/minhash.ts"
import { withProfile } from "../../../stages/dedup/profiles.ts"
import { simhash } from "../../../stages/dedup/simhash.ts"
import { jaccard, ngramSet } from "#sluice/text"
import { seeded } from "../../text/text-batch.ts"
import { decodedDefaults, resolved, type Select } from "../declared.ts"

const next = seeded(6)
const texts = Array.from({ length: 30 }, (_, i) =>
  i % 3 === 2
    ? "said again and again and again and again"
    : Array.from({ length: 60 }, () =>
        Math.floor(next() * 1e9)
          .toString(36)
          .replace(/\d/g, "q")
      ).join(" ")
)

const run = (stage: { readonly declaration: unknown }, given: object) => {
  const select = stage.declaration as Select & { readonly prepareOptions: object; readonly options: object }
  const options = {
    ...decodedDefaults({ ...select.prepareOptions, ...select.options } as never),
    ...withProfile(given)
  }
  const warnings: Array<string> = []
  const rows = texts.map((by) => select.prepare({ by, rank: by }, options))
  const verdicts = resolved(select, rows, options, {}, (text) => warnings.push(text))
  return { verdicts, warnings }
}

test("a planted copy is near, and the others have nothing in common", () => {
  const set = (text: string) => ngramSet(Buffer.from(text), 5)
  const near = makeCanaries(3, true)
  expect(near.texts.length).toBe(9)
  const sets = near.texts.map(set)
  expect(jaccard(sets[0]!, sets[1]!)).toBe(291 / 301)
  for (const [a, x] of sets.entries())
    for (const [b, y] of sets.entries())
      if (a < b && !(a < 6 && a % 2 === 0 && b === a + 1)) expect(jaccard(x, y)).toBe(0)
  expect(makeCanaries(3, false).texts[0]).toBe(makeCanaries(3, false).texts[1])
})

test.each<readonly [string, { readonly declaration: unknown }, object]>([
  ["minhash", minhash, {}],
  ["minhash", minhash, { verify: true, bands: 25, rows: 5, threshold: 0.8 }],
  ["minhash", minhash, { threshold: 0.99 }],
  ["minhash", minhash, { profile: "datatrove" }],
  ["minhash", minhash, { profile: "curator" }],
  ["simhash", simhash, {}],
  ["bloom", bloom, { ngram: 3 }]
])("%s: silent, with or without canaries the same verdicts: %#", (_, stage, given) => {
  const { verdicts, warnings } = run(stage, given)
  expect(warnings).toEqual([])
  expect(verdicts.length).toBe(9)
  expect(run(stage, { ...given, canaries: 0 }).verdicts).toEqual(verdicts)
  expect(run(stage, { ...given, canaries: 50 }).verdicts).toEqual(verdicts)
})

test("settings that miss duplicates warn", () => {
  expect(run(minhash, { bands: 1, rows: 200 }).warnings[0]).toMatch(/^\d of 4 planted duplicates were not found/)
  expect(run(minhash, { bands: 1, rows: 200, canaries: 0 }).warnings).toEqual([])
})

test("a filter that says yes to all warns", () => {
  const { warnings } = run(bloom, { ngram: 3, falsePositives: 0.5, threshold: 0.1, canaries: 20 })
  expect(warnings.some((text) => / of 40 planted texts that stand alone were taken for duplicates/.test(text))).toBe(
    true
  )
})

test.each<readonly [rows: number, removed: number, least: number, most: number, text: string | undefined]>([
  [1000, 900, 0, 0.9, undefined],
  [1000, 901, 0, 0.9, "removed 90.1 % of 1000 rows, where 0 % to 90 % were expected (removes)"],
  [200, 1, 0.01, 0.5, "removed 0.5 % of 200 rows, where 1 % to 50 % were expected (removes)"],
  [0, 0, 0.01, 0.5, undefined]
])("%d rows, %d removed, between %d and %d", (rows, removed, least, most, text) => {
  const warnings: Array<string> = []
  tellShare(rows, removed, { least, most }, { warn: (said) => warnings.push(said) })
  expect(warnings).toEqual(text === undefined ? [] : [text])
})
