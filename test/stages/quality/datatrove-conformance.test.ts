// The filters named after datatrove's decide what datatrove 0.10 decided, on the documents that bench/conformance/record.py
// took from the corpus; skipped where there is no corpus (SLUICE_CORPUS=FOLDER, else ../shared/data/corpus).
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { beforeAll, describe, expect, test } from "vitest"
import { makeSpacyTokeniser, makeTokens } from "#sluice/text"
import { c4 } from "../../../stages/quality/c4.ts"
import { c4Lines } from "../../../stages/quality/c4-lines.ts"
import { fineweb } from "../../../stages/quality/fineweb.ts"
import { gopher } from "../../../stages/quality/gopher.ts"
import { gopherRepetition } from "../../../stages/quality/gopher-repetition.ts"
import { columnValues, textBatch } from "../../text/text-batch.ts"
import { type Apply, decodedDefaults, type Filter } from "../declared.ts"

const root = join(import.meta.dirname, "../../..")
const corpus = process.env["SLUICE_CORPUS"] ?? join(root, "../shared/data/corpus")
const absent = !existsSync(corpus)
if (absent) console.log("datatrove-conformance: no corpus here (SLUICE_CORPUS=FOLDER of *.jsonl.zst): skipped")

/** Our reason for each of theirs. */
const REASONS: { readonly [theirs: string]: string } = {
  gopher_short_doc: "too-few-words",
  gopher_long_doc: "too-many-words",
  gopher_below_avg_threshold: "short-words",
  gopher_above_avg_threshold: "long-words",
  gopher_too_many_hashes: "many-hashes",
  gopher_too_many_ellipsis: "many-ellipses",
  gopher_too_many_bullets: "bullet-lines",
  gopher_too_many_end_ellipsis: "ellipsis-lines",
  gopher_below_alpha_threshold: "few-alphabetic-words",
  gopher_enough_stop_words: "few-stop-words",
  dup_para_frac: "repeated-paragraphs",
  dup_para_char_frac: "repeated-paragraph-text",
  dup_line_frac: "repeated-lines",
  dup_line_char_frac: "repeated-line-text",
  top_2_gram: "frequent-2-gram",
  top_3_gram: "frequent-3-gram",
  top_4_gram: "frequent-4-gram",
  duplicated_5_n_grams: "repeated-5-grams",
  duplicated_6_n_grams: "repeated-6-grams",
  duplicated_7_n_grams: "repeated-7-grams",
  duplicated_8_n_grams: "repeated-8-grams",
  duplicated_9_n_grams: "repeated-9-grams",
  duplicated_10_n_grams: "repeated-10-grams",
  empty: "empty",
  line_punct_ratio: "few-sentence-ends",
  short_line_ratio: "short-lines",
  char_dup_ratio: "repeated-lines",
  list_ratio: "list",
  lorem_ipsum: "lorem-ipsum",
  curly_bracket: "curly-bracket",
  too_few_sentences: "too-few-sentences",
  "": ""
}

const recorded = JSON.parse(
  gunzipSync(readFileSync(join(import.meta.dirname, "datatrove-verdicts.json.gz"))).toString("utf8")
) as { readonly columns: ReadonlyArray<string>; readonly rows: ReadonlyArray<ReadonlyArray<string>> }

const digest = (text: string | Uint8Array) => createHash("sha256").update(text).digest("hex").slice(0, 32)
const recordedColumn = (name: string) => recorded.rows.map((row) => row[recorded.columns.indexOf(name)]!)

/** The recorded documents' texts, in the order of the record. */
const findTexts = (): ReadonlyArray<string> => {
  const wanted = new Set(recordedColumn("sha256"))
  const found = new Map<string, string>()
  for (const name of readdirSync(corpus).filter((file) => file.endsWith(".jsonl.zst"))) {
    const { stdout } = spawnSync("zstd", ["-qdc", join(corpus, name)], { maxBuffer: 1 << 30, encoding: "utf8" })
    for (const line of stdout.split("\n")) {
      const { text, lang } = (line === "" ? {} : JSON.parse(line)) as { readonly [name: string]: string | undefined }
      if (text === undefined || lang !== "en") continue
      const sha256 = digest(text)
      if (wanted.has(sha256)) found.set(sha256, text)
    }
  }
  return recordedColumn("sha256").flatMap((sha256) => found.get(sha256) ?? [])
}

describe.skipIf(absent)("on 2,000 documents", () => {
  let texts: ReadonlyArray<string> = []

  beforeAll(() => {
    texts = findTexts()
  }, 120_000)

  const verdicts = (filter: Filter, changed: object = {}): ReadonlyArray<string> => {
    const options = { ...decodedDefaults(filter.options), ...changed }
    const batch = filter.measureBatch!(textBatch("text", texts), {
      ...decodedDefaults(filter.measureOptions),
      ...changed
    })
    const names = Object.keys(filter.measures!)
    const columns = names.map((name) => columnValues(batch, name))
    return texts.map((_, row) =>
      filter.decide(Object.fromEntries(names.map((name, i) => [name, columns[i]![row]])), options)
    )
  }

  /** Reasons included: how many agree, and the pairs of theirs and ours that do not. */
  const compared = (name: string, ours: ReadonlyArray<string>) => {
    const theirs = recordedColumn(name)
    const differ = ours.flatMap((reason, i) => (REASONS[theirs[i]!] === reason ? [] : [`${theirs[i]} | ${reason}`]))
    return { agreement: 1 - differ.length / ours.length, differ }
  }

  test("all are in the corpus", () => {
    expect(texts.length).toBe(2000)
  })

  test("every reason has ours", () => {
    const given = ["gopher", "gopherRepetition", "c4", "c4AnyEnd", "fineweb"].flatMap(recordedColumn)
    expect([...new Set(given)].filter((reason) => !(reason in REASONS))).toEqual([])
  })

  test("words", () => {
    const cut = makeSpacyTokeniser()
    const ours = texts.map((text) => {
      const bytes = Buffer.from(text, "utf8")
      const tokens = makeTokens(bytes.length)
      cut(bytes, 0, bytes.length, tokens)
      const words = Array.from({ length: tokens.count }, (_, i) =>
        bytes.toString("utf8", tokens.start[i], tokens.end[i])
      )
      return digest(words.join("\n"))
    })
    const theirs = recordedColumn("words")
    const same = ours.filter((hash, i) => hash === theirs[i]).length
    expect(same / ours.length).toBeGreaterThanOrEqual(0.999)
  })

  test.each([
    ["gopher", gopher, {}],
    ["gopherRepetition", gopherRepetition, {}],
    ["c4", c4, {}],
    ["c4AnyEnd", c4, { filterNoTerminalPunct: false }],
    ["fineweb", fineweb, {}]
  ] as const)("%s", (name, stage, changed) => {
    const { agreement, differ } = compared(name, verdicts(stage.declaration as Filter, changed))
    expect(agreement, differ.join("\n")).toBeGreaterThanOrEqual(0.999)
  })

  test.each([
    ["c4Text", true],
    ["c4AnyEndText", false]
  ] as const)("%s", (name, filterNoTerminalPunct) => {
    const { apply } = c4Lines.declaration as Apply
    const options = { ...decodedDefaults(c4Lines.declaration.options), filterNoTerminalPunct }
    const theirs = recordedColumn(name)
    const kept = texts.flatMap((text, i) => (theirs[i] === "" ? [] : [[text, theirs[i]!] as const]))
    const same = kept.filter(([text, hash]) => digest((apply({ text }, options) as { text: string }).text) === hash)
    expect(kept.length).toBeGreaterThan(1000)
    expect(same.length / kept.length).toBeGreaterThanOrEqual(0.999)
  })
})
