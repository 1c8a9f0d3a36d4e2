// quality.curator and quality.dolma measure what NeMo Curator 1.4 and Dolma 1.2 measured, on the documents of the record that
// bench/conformance/record-profiles.py made; skipped where there is no corpus (SLUICE_CORPUS=FOLDER, else ../shared/data/corpus).
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { beforeAll, describe, expect, test } from "vitest"
import { curator } from "../../../stages/quality/curator.ts"
import { dolma } from "../../../stages/quality/dolma.ts"
import { decodedDefaults, type Filter } from "../declared.ts"
import { corpusIsAbsent, recordedTexts } from "./recorded-texts.ts"

const recorded = JSON.parse(
  gunzipSync(readFileSync(join(import.meta.dirname, "profile-verdicts.json.gz"))).toString("utf8")
) as { readonly rows: ReadonlyArray<readonly [string, string, number, string, number]> }

/** Ours for each filter of Curator's; two where a filter has two bounds. */
const CURATOR: { readonly [theirs: string]: ReadonlyArray<string> } = {
  "": [""],
  alpha_numeric: ["non-alphanumeric"],
  symbol_to_word: ["many-symbols"],
  numbers_ratio: ["many-digits"],
  urls_ratio: ["urls"],
  white_space: ["white-space"],
  parentheses_ratio: ["brackets"],
  boilerplate_string_ratio: ["boilerplate"],
  repeated_lines: ["repeated-lines"],
  repeated_paragraphs: ["repeated-paragraphs"],
  repeated_lines_char: ["repeated-line-text"],
  repeated_paragraphs_char: ["repeated-paragraph-text"],
  word_count: ["too-few-words", "too-many-words"],
  punctuation: ["open-lines"],
  words_without_alphabets: ["few-alphabetic-words"],
  common_english_words: ["few-stop-words"],
  mean_word_length: ["short-words", "long-words"],
  max_word_length: ["longest-word"],
  ellipsis: ["ellipsis-lines"],
  repeating_top_2grams: ["frequent-2-gram"],
  repeating_top_3grams: ["frequent-3-gram"],
  repeating_top_4grams: ["frequent-4-gram"],
  repeating_dup_5gram: ["repeated-5-grams"],
  repeating_dup_6gram: ["repeated-6-grams"],
  repeating_dup_7gram: ["repeated-7-grams"],
  repeating_dup_8gram: ["repeated-8-grams"],
  repeating_dup_9gram: ["repeated-9-grams"],
  repeating_dup_10gram: ["repeated-10-grams"],
  bullet_ratio: ["bullet-lines"]
}

/** Ours for each attribute of Dolma's and the bound it breaks. */
const DOLMA: { readonly [theirs: string]: ReadonlyArray<string> } = {
  "": [""],
  "word_count <": ["too-few-words"],
  "word_count >": ["too-many-words"],
  "median_word_length <": ["short-words"],
  "median_word_length >": ["long-words"],
  "symbol_to_word_ratio >": ["many-symbols"],
  "fraction_of_words_with_alpha_character <": ["few-alphabetic-words"],
  "required_word_count <": ["few-stop-words"],
  "fraction_of_lines_starting_with_bullet_point >": ["bullet-lines"],
  "fraction_of_lines_ending_with_ellipsis >": ["ellipsis-lines"],
  "fraction_of_duplicate_lines >": ["repeated-lines"],
  "fraction_of_characters_in_duplicate_lines >": ["repeated-line-text"],
  ...Object.fromEntries(
    [2, 3, 4].map((n) => [`fraction_of_characters_in_most_common_${n}grams >`, [`frequent-${n}-gram`]])
  ),
  ...Object.fromEntries(
    [5, 6, 7, 8, 9, 10].map((n) => [`fraction_of_characters_in_duplicate_${n}grams >`, [`repeated-${n}-grams`]])
  )
}

describe.skipIf(corpusIsAbsent)("on 2,000 documents", () => {
  let texts: ReadonlyMap<string, string> = new Map()

  beforeAll(() => {
    texts = recordedTexts(new Set(recorded.rows.map(([sha256]) => sha256)))
  }, 120_000)

  test("all are in the corpus", () => {
    expect(texts.size).toBe(recorded.rows.length)
  })

  test.each([
    ["curator", curator.declaration as Filter, 1, CURATOR, (name: string) => !name.startsWith("top")],
    ["dolma", dolma.declaration as Filter, 3, DOLMA, () => true]
  ] as const)(
    "%s",
    (_name, filter, at, reasons, adds) => {
      const options = decodedDefaults(filter.options)
      const differ: Array<string> = []
      for (const row of recorded.rows) {
        const scores = filter.measure({ text: texts.get(row[0])! }, {})
        const reason = filter.decide(scores, options)
        const theirs = row[at] as string
        const sum = Object.entries(scores).reduce((all, [name, score]) => all + (adds(name) ? (score as number) : 0), 0)
        const same = reasons[theirs]?.includes(reason) && Math.abs(sum - (row[at + 1] as number)) < 1e-5
        if (!same) differ.push(`${row[0]}: ${theirs} ${row[at + 1]} | ${reason} ${sum}`)
      }
      expect(differ.length / recorded.rows.length, differ.slice(0, 20).join("\n")).toBeLessThanOrEqual(0.001)
    },
    240_000
  )
})
