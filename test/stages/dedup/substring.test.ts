// dedup.substring: what is cut is what comparing every run of bytes with every earlier one would cut.
import { expect, test } from "vitest"
import { anchorsOf } from "../../../stages/dedup/anchors.ts"
import { repeatsIn } from "../../../stages/dedup/repeats.ts"
import { substring } from "../../../stages/dedup/substring.ts"
import { without } from "../../../stages/dedup/cuts.ts"
import { seeded } from "../../text/text-batch.ts"
import { decodedDefaults, type Found, foundIn } from "./found.ts"

const find = foundIn(substring)
const options = decodedDefaults(find)
const cuts = (
  texts: ReadonlyArray<string>,
  minBytes: number,
  against: ReadonlyArray<ReadonlyArray<string>> = []
): Found => find.cuts(texts, { ...options, minBytes }, against)
const left = (texts: ReadonlyArray<string>, minBytes: number, against: ReadonlyArray<ReadonlyArray<string>> = []) =>
  cuts(texts, minBytes, against).map((of, row) => without(texts[row]!, of))

/** The bytes of each text that lie in a run of `least` bytes that stood earlier, by comparing all runs. */
const expected = (texts: ReadonlyArray<string>, least: number): ReadonlyArray<ReadonlyArray<number>> => {
  const seen = new Map<string, { text: number; at: number }>()
  return texts.map((text, t) => {
    const cut = new Set<number>()
    for (let at = 0; at + least <= text.length; at++) {
      const run = text.slice(at, at + least)
      const first = seen.get(run)
      if (first === undefined) seen.set(run, { text: t, at })
      else if (first.text < t || first.at + least <= at) for (let i = at; i < at + least; i++) cut.add(i)
    }
    return [...cut].sort((a, b) => a - b)
  })
}

const random = seeded(12)
const letters = (count: number, of: string) =>
  Array.from({ length: count }, () => of[Math.floor(random() * of.length)]).join("")

/** Texts made of a few pieces again and again, with noise: long and short repeats, inside a text and across. */
const patchwork = (texts: number, of: string) => {
  const pieces = Array.from({ length: 8 }, () => letters(5 + Math.floor(random() * 70), of))
  return Array.from({ length: texts }, () =>
    Array.from({ length: Math.floor(random() * 9) }, () =>
      random() < 0.3
        ? letters(Math.floor(random() * 40), of)
        : pieces[Math.floor(random() * 8)]!.slice(Math.floor(random() * 9))
    ).join("")
  )
}

test.each(["a", "ab", "abcdefgh"])("random texts over %j", (of) => {
  for (let round = 0; round < 60; round++) {
    const texts = patchwork(12, of)
    const least = 16 + Math.floor(random() * 30)
    const found = cuts(texts, least).map((row) =>
      row.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))
    )
    expect(found).toEqual(expected(texts, least))
  }
})

test("equal runs have an anchor in the same place", () => {
  for (let round = 0; round < 200; round++) {
    const run = letters(40, "ab")
    const places = [letters(30, "ab"), letters(61, "ab")].map((before) => {
      const anchors = anchorsOf(Buffer.from(before + run + letters(50, "ab")), 40)
      return Array.from(
        anchors.filter((_, i) => i % 2 === 0),
        (at) => at - before.length
      ).filter((at) => at >= 0 && at <= 20)
    })
    expect(places[0]!.some((at) => places[1]!.includes(at))).toBe(true)
  }
  expect(anchorsOf(Buffer.from("short"), 16).length).toBe(0)
})

test("the first place keeps a run, and the others say which row has it", () => {
  const notice = "Permission is granted to copy this notice."
  const texts = ["no", `Dawn. ${notice}`, `Dusk? ${notice} Really.`, notice]
  expect(left(texts, 32)).toEqual(["no", `Dawn. ${notice}`, "Dusk? Really.", ""])
  const found = cuts(texts, 32)
  expect(found[2]).toEqual([{ from: 5, to: 48, of: found[3]![0]!.of }])
  expect(found[3]![0]!.of).toBe("1".padStart(32, "0"))
})

test("an earlier corpus keeps what it has", () => {
  const notice = "Permission is granted to copy this notice."
  expect(left([`A. ${notice}`, "B."], 32, [["x"], [notice]])).toEqual(["A. ", "B."])
})

test("characters are cut whole, and positions are those of the string", () => {
  const same = "é€😀 gleich bleibt gleich, und so weiter"
  const texts = [`😀 ${same}ä`, `é😀€ ${same}ö`]
  const [none, [cut]] = cuts(texts, 30) as unknown as readonly [Found[number], Found[number]]
  expect(none).toEqual([])
  expect(texts[1]!.slice(cut!.from, cut!.to)).toBe(` ${same}`)
})

test("partitions change nothing", () => {
  const texts = patchwork(40, "abcd")
  const whole = cuts(texts, 20)
  expect(whole.filter((row) => row.length > 0).length).toBeGreaterThan(10)
  const bytes = Buffer.from(texts.join(""))
  const starts = Float64Array.from([0, ...texts.map((_, i) => texts.slice(0, i + 1).join("").length)])
  const perText = texts.map((text) => anchorsOf(Buffer.from(text), 20))
  const pairs = perText.flatMap((anchors, i) =>
    Array.from(anchors, (value, k) => (k % 2 === 0 ? value + starts[i]! : value))
  )
  const anchorStarts = Int32Array.from([
    0,
    ...perText.map((_, i) => perText.slice(0, i + 1).flatMap((a) => [...a]).length / 2)
  ])
  const repeats = repeatsIn(
    {
      bytes,
      starts,
      anchors: Uint32Array.from(pairs.filter((_, i) => i % 2 === 0)),
      hashes: Uint32Array.from(pairs.filter((_, i) => i % 2 === 1)),
      anchorStarts
    },
    20,
    0
  )
  expect(repeats.map((row) => row.length > 0)).toEqual(whole.map((row) => row.length > 0))
})

test("a page of one letter, and the same notice on every page, take no more than their share of time", () => {
  const texts = Array.from({ length: 100 }, (_, i) => `${"-".repeat(3000)} ${i}`)
  expect(
    left(texts, 100)
      .slice(1)
      .every((text) => text.length < 100)
  ).toBe(true)
  expect(left(texts, 100)[0]!.length).toBeLessThan(210)
})
