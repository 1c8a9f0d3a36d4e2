// synth.chunk: bounds, headings, exact pieces.
import { expect, test } from "vitest"
import { countWords, TOKENS_PER_WORD } from "#sluice/text"
import { chunk } from "../../../stages/synth/chunk.ts"
import { seeded } from "../../text/text-batch.ts"
import type { Apply } from "../declared.ts"

const { apply } = chunk.declaration as Apply
type Chunks = ReadonlyArray<{ readonly chunk: string; readonly heading: string }>
const chunksOf = (text: string, maxTokens = 200, overlap = 0) => apply({ text }, { maxTokens, overlap }) as Chunks

const page =
  "# npm ci\n\nClean install.\n\n## Use\n\nFirst.\n\nSecond.\n\n```sh\n# no heading\nnpm ci\n```\n\n### `omit` > x\n\n* Default: a\n\n## Empty\n\n## See\n\nEnd."

test("headings cut and name the chunks", () => {
  expect(chunksOf(page)).toEqual([
    { chunk: "Clean install.", heading: "npm ci" },
    { chunk: "First.\n\nSecond.\n\n```sh\n# no heading\nnpm ci\n```", heading: "npm ci > Use" },
    { chunk: "* Default: a", heading: "npm ci > Use > omit > x" },
    { chunk: "End.", heading: "npm ci > See" }
  ])
})

test("nothing but headings has a reason", () => {
  expect(apply({ text: "# a\n\n## b\n" }, { maxTokens: 10, overlap: 0 })).toBe("empty")
  expect(apply({ text: " \n" }, { maxTokens: 10, overlap: 0 })).toBe("empty")
  expect(chunk.declaration.reasons).toEqual(["empty"])
})

test("chunks fit, are pieces of the text, in order, and miss no word", () => {
  const next = seeded(3)
  for (let round = 0; round < 60; round++) {
    const paragraphs = Array.from({ length: 8 }, () =>
      Array.from(
        { length: Math.floor(next() * 90) + 1 },
        () => `w${Math.floor(next() * 99)}${next() < 0.1 ? "." : ""}${next() < 0.03 ? "\n" : " "}`
      )
        .join("")
        .trim()
    )
    const text = paragraphs.join("\n\n")
    const maxTokens = 8 + Math.floor(next() * 120)
    let at = 0
    let words = 0
    for (const { chunk: piece } of chunksOf(text, maxTokens)) {
      expect(Math.ceil(countWords(piece) * TOKENS_PER_WORD)).toBeLessThanOrEqual(maxTokens)
      at = text.indexOf(piece, at)
      expect(at).toBeGreaterThanOrEqual(0)
      at += piece.length
      words += countWords(piece)
    }
    expect(words).toBe(countWords(text))
  }
})

test("overlap repeats whole paragraphs of the section", () => {
  const text = "one two three\n\nfour five six\n\nseven eight nine\n\n# other\n\nten"
  expect(chunksOf(text, 8, 0).map((c) => c.chunk)).toEqual([
    "one two three\n\nfour five six",
    "seven eight nine",
    "ten"
  ])
  expect(chunksOf(text, 8, 4).map((c) => c.chunk)).toEqual([
    "one two three\n\nfour five six",
    "four five six\n\nseven eight nine",
    "ten"
  ])
})
