// dedup.simhash: fingerprints, every pair within the distance, survivors.
import { expect, test } from "vitest"
import {
  distanceOf,
  masksFor,
  nearFingerprints,
  packFingerprints,
  simhashOf
} from "../../../stages/dedup/fingerprints.ts"
import { simhash } from "../../../stages/dedup/simhash.ts"
import { seeded } from "../../text/text-batch.ts"
import { decodedDefaults, resolved, type Select } from "../declared.ts"

const select = simhash.declaration as Select & { readonly prepareOptions: object; readonly options: object }
const options = decodedDefaults({ ...select.prepareOptions, ...select.options } as never)
const merges = (
  texts: ReadonlyArray<string>,
  given: object = {},
  against: ReadonlyArray<ReadonlyArray<string>> = []
) => {
  const all = { ...options, ...given }
  const made = (part: ReadonlyArray<string>) => part.map((by) => select.prepare({ by, rank: by }, all))
  return resolved(select, made(texts), all, { against: against.map(made) })
}
const next = seeded(4)
const words = (count: number) => Array.from({ length: count }, () => `w${Math.floor(next() * 1e6)}`)

test("a bit is set where most hashes have it", () => {
  const hashes = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 128, 3, 0, 0, 0, 0, 0, 0, 128, 2, 0, 0, 0, 0, 0, 0, 0])
  expect(Array.from(simhashOf(hashes))).toEqual([3, 0, 0, 0, 0, 0, 0, 128])
  expect(simhashOf(new Uint8Array(0)).length).toBe(0)
})

test.each([
  [3, 1],
  [3, 2],
  [5, 2],
  [8, 2],
  [1, 4]
])("within distance %d, %d blocks are shared", (distance, shared) => {
  const masks = masksFor(distance, shared)
  for (let round = 0; round < 300; round++) {
    let low = 0
    let high = 0
    for (let i = 0; i < distance; i++) {
      const bit = Math.floor(next() * 64)
      if (bit < 32) low |= 1 << bit
      else high |= 1 << (bit - 32)
    }
    expect(masks.some((mask) => (mask.low & low) === 0 && (mask.high & high) === 0)).toBe(true)
  }
})

test("the groups are those of all pairs compared", () => {
  const centres = Array.from({ length: 40 }, () => Uint8Array.from({ length: 8 }, () => next() * 256))
  const column = { type: "bytes" as const, offsets: new Int32Array(601), bytes: new Uint8Array(4800), valid: undefined }
  for (let row = 0; row < 600; row++) {
    const print = centres[Math.floor(next() * 40)]!.slice()
    for (let flips = Math.floor(next() * 5); flips > 0; flips--)
      print[Math.floor(next() * 8)]! ^= 1 << Math.floor(next() * 8)
    column.bytes.set(print, row * 8)
    column.offsets[row + 1] = row * 8 + 8
  }
  const prints = packFingerprints([column])
  for (const distance of [0, 1, 3, 6]) {
    const group = Array.from({ length: 600 }, (_, row) => row)
    for (let changed = true; changed; ) {
      changed = false
      for (let a = 0; a < 600; a++)
        for (let b = 0; b < a; b++) {
          if (distanceOf(prints, a, b) > distance || group[a] === group[b]) continue
          group[a] = group[b] = Math.min(group[a]!, group[b]!)
          changed = true
        }
    }
    expect(Array.from(nearFingerprints(prints, distance))).toEqual(group)
  }
})

test("near texts merge into the first, or the longest, with the share of equal bits", () => {
  const a = words(2000)
  const edited = a.map((word, i) => (i % 500 === 77 ? "other" : word))
  const texts = [words(900), a, [...edited, "more".repeat(20)], words(900)].map((all) => all.join(" "))
  const [found, ...rest] = merges(texts, { distance: 8 })
  expect(rest).toEqual([])
  expect([found!.row, found!.into, found!.reason]).toEqual([2, 1, "near-duplicate"])
  expect(found!.similarity! * 64).toBeGreaterThanOrEqual(56)
  expect(merges(texts, { distance: 8, keep: "longest" }).map(({ row, into }) => [row, into])).toEqual([[1, 2]])
  expect(merges(texts, { distance: 8 }, [[texts[1]!]])).toEqual([
    { row: 1, reason: "seen-before" },
    { row: 2, reason: "seen-before" }
  ])
})

test("equal texts merge at distance 0, texts without words are kept", () => {
  expect(merges(["a b c d", "", "A, b; c d!", "--", ""], { distance: 0 })).toEqual([
    { row: 2, into: 0, similarity: 1, reason: "near-duplicate" }
  ])
})
