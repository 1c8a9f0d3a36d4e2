// quality.gopherRepetition: each rule, scores by hand, a slow reference with strings, and the batch form.
import { expect, test } from "vitest"
import { makeTokens } from "#sluice/text"
import { gopherRepetition } from "../../../stages/quality/gopher-repetition.ts"
import { tokeniserOf, type Words } from "../../../stages/quality/words.ts"
import { columnValues, oddTexts, textBatch } from "../../text/text-batch.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = gopherRepetition.declaration as Filter
const defaults = decodedDefaults(filter.options)
const kinds = ["spacy", "plain"] as const
const measure = (text: string, words: typeof Words.Type = "spacy") =>
  filter.measure({ text }, { words }) as { readonly [name: string]: number }

const points = (text: string) => Array.from(text).length
const duplicates = (pieces: ReadonlyArray<string>) => pieces.filter((piece, i) => pieces.indexOf(piece) < i)
const tokensOf = (text: string, words: typeof Words.Type) => {
  const bytes = Buffer.from(text, "utf8")
  const tokens = makeTokens(bytes.length)
  tokeniserOf(words)(bytes, 0, bytes.length, tokens)
  return Array.from({ length: tokens.count }, (_, i) => bytes.subarray(tokens.start[i], tokens.end[i]).toString("utf8"))
}

/** The rules once more, with strings and maps. */
const reference = (text: string, kind: typeof Words.Type): { readonly [name: string]: number } => {
  const paragraphs = text.replace(/^[\s\u0085\u001c-\u001f]+|[\s\u0085\u001c-\u001f]+$/g, "").split(/\n{2,}/)
  const lines = text.split(/\n+/)
  const size = Math.max(1, points(text))
  const sum = (pieces: ReadonlyArray<string>) => pieces.reduce((total, piece) => total + points(piece), 0) / size
  const out: Record<string, number> = {
    paragraphs: duplicates(paragraphs).length / paragraphs.length,
    paragraphText: sum(duplicates(paragraphs)),
    lines: duplicates(lines).length / lines.length,
    lineText: sum(duplicates(lines))
  }
  const words = tokensOf(text, kind)
  for (let n = 2; n <= 10; n++) {
    const grams = words.slice(0, Math.max(0, words.length - n + 1)).map((_, i) => words.slice(i, i + n))
    if (n < 5) {
      const counts = new Map<string, number>()
      for (const gram of grams) counts.set(gram.join(" "), (counts.get(gram.join(" ")) ?? 0) + 1)
      const [top, count] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), ["", 0])
      out[`top${n}`] = (points(top) * count) / size
    } else {
      const seen = new Set<string>()
      let repeated = 0
      for (let i = 0; i < grams.length; ) {
        const gram = grams[i]!.join("\u0000")
        if (seen.has(gram)) {
          repeated += points(grams[i]!.join(""))
          i += n
        } else {
          seen.add(gram)
          i++
        }
      }
      out[`repeated${n}`] = repeated / size
    }
  }
  return out
}

test("scores agree with the reference", () => {
  const texts = ["", "\n", "a\n", "\n\na\n\nb\n\na\n", "one two one two one two", ...oddTexts(21, 300)]
  for (const words of kinds)
    for (const text of texts) {
      const expected = reference(text, words)
      const actual = measure(text, words)
      for (const name of Object.keys(expected))
        expect(actual[name], `${name} of ${JSON.stringify(text)}`).toBeCloseTo(expected[name]!, 12)
    }
})

test("batch and row agree", () => {
  const texts = ["", ...oddTexts(22, 200)]
  for (const words of kinds) {
    const batch = filter.measureBatch!(textBatch("text", texts), { words })
    for (const name of Object.keys(filter.measures!))
      expect(columnValues(batch, name)).toEqual(texts.map((text) => measure(text, words)[name]))
  }
})

test("ten lines with two duplicated pairs score .2", () => {
  expect(measure("a1\nb2\nc3\nd4\ne5\nf6\na1\nb2\ng7\nh8").lines).toBeCloseTo(0.2)
})

test("each score has its threshold and its reason", () => {
  const none = Object.fromEntries(Object.keys(filter.measures!).map((name) => [name, 0]))
  const reached = Object.keys(filter.measures!).map((name) => {
    const limit = defaults[`max${name.charAt(0).toUpperCase()}${name.slice(1)}`] as number
    expect(filter.decide({ ...none, [name]: limit }, defaults)).toBe("")
    return filter.decide({ ...none, [name]: limit + 1e-9 }, defaults)
  })
  expect(reached).toEqual(filter.reasons)
})
