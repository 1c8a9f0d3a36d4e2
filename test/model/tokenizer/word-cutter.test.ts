// Words cut by hand are those that the patterns cut, on random text of letters, digits, marks and white space of many kinds.
import { expect, test } from "vitest"
import { seededRandom } from "../../../src/model/random.ts"
import { compilePattern } from "../../../src/model/tokenizer/pattern.ts"
import { defaultPattern, gpt2Pattern, qwen2Pattern } from "../../../src/model/tokenizer/pre-tokenizer.ts"
import {
  DigitCutter,
  Gpt2Cutter,
  Llama3Cutter,
  MarkCutter,
  PatternCutter,
  SpaceCutter,
  type WordCutter,
  WordEnds
} from "../../../src/model/tokenizer/word-cutter.ts"

const alphabet = [
  ..." \n\r\t'sSdDtTmMlLvVrReEaé日ب½12Ⅷ٣.,!_-(\u00a0\u3000\u0085\u2028\ufeff\u0301\u200dſ",
  "👍",
  "𠀋",
  "𝟏",
  "  ",
  "'ll"
]

const words = (cutter: WordCutter, text: string): string[] => {
  const ends = new WordEnds()
  cutter.cut(text, 0, text.length, ends)
  return Array.from(ends.ends.subarray(0, ends.length), (end, at) => text.slice(at === 0 ? 0 : ends.ends[at - 1]!, end))
}

const randomTexts = (): string[] => {
  const random = seededRandom(5, "words")
  return Array.from({ length: 3000 }, () =>
    Array.from(
      { length: Math.floor(random.uniform() * 25) },
      () => alphabet[Math.floor(random.uniform() * alphabet.length)]!
    ).join("")
  )
}

test.each<[string, WordCutter, WordCutter]>([
  ["GPT-2", new Gpt2Cutter(), new PatternCutter(compilePattern(gpt2Pattern))],
  ["Llama 3", new Llama3Cutter(3), new PatternCutter(compilePattern(defaultPattern))],
  ["Qwen 2", new Llama3Cutter(1), new PatternCutter(compilePattern(qwen2Pattern))],
  ["SmolLM", new DigitCutter(new Gpt2Cutter()), new DigitCutter(new PatternCutter(compilePattern(gpt2Pattern)))]
])("%s", (_name, byHand, byPattern) => {
  for (const text of randomTexts()) {
    const found = words(byHand, text)
    expect(found.join("")).toBe(text)
    expect(found).toEqual(words(byPattern, text))
  }
})

test("white space that BERT's cleaning drops separates nothing", () => {
  expect(words(new SpaceCutter(), "a\x0Bb  c\u3000d\x85\n")).toEqual(["a\x0Bb", "  ", "c", "\u3000", "d\x85", "\n"])
})

test("before every mark, or before the first of a run", () => {
  expect(words(new MarkCutter("▁", true), "a▁b▁▁c")).toEqual(["a", "▁b", "▁", "▁c"])
  expect(words(new MarkCutter("▁", false), "▁▁a▁b▁▁c▁")).toEqual(["▁▁a", "▁b", "▁▁c", "▁"])
})
