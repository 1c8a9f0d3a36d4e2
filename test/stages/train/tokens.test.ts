// Token tables on the engine: what a changed row costs, reasons, the share that ends the run; and every shape's columns.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Batch, BytesColumn, NestedColumn, NumberColumn } from "#sluice"
import { chatTemplate, tokenReasons } from "#sluice/model"
import { saveTokenizer } from "#src/model/model-folder.ts"
import { modelAt } from "#src/run/model-links.ts"
import { PathContents } from "#src/run/path-content.ts"
import { openModel } from "#src/run/row-model.ts"
import { columnOf, columnValues } from "#src/table/column.ts"
import { pairTokens } from "../../../stages/train/pair-tokens.ts"
import { preferenceTokens } from "../../../stages/train/preference-tokens.ts"
import { promptTokens } from "../../../stages/train/prompt-tokens.ts"
import { proven } from "../../../stages/train/proven.ts"
import { textTokens } from "../../../stages/train/text-tokens.ts"
import { bytesToIds, idBytes } from "../../../stages/train/token-columns.ts"
import { tokens } from "../../../stages/train/tokens.ts"
import { tinyTokenizer } from "../../model/tiny-model.ts"
import { type Answer, Engine } from "../../run/engine.ts"
import { repository } from "../../run/sequence.ts"
import { computedOf, digestsOf } from "../../run/temp-run.ts"
import { decodedDefaults, resolved, type Select } from "../declared.ts"

const root = mkdtempSync(join(tmpdir(), "sluice-tokens-"))
const engine = new Engine()
const tokenizer = tinyTokenizer()
beforeAll(() => saveTokenizer(join(root, "model"), tokenizer, 96))
afterAll(() => {
  engine[Symbol.dispose]()
  rmSync(root, { recursive: true, force: true })
})

const talk = (question: string, answer?: string) => [
  { role: "user", content: question },
  ...(answer === undefined ? [] : [{ role: "assistant", content: answer }])
]
const write = (chats: ReadonlyArray<ReadonlyArray<object>>) =>
  writeFileSync(join(root, "chats.jsonl"), chats.map((messages) => `${JSON.stringify({ messages })}\n`).join(""))

const ask = (given: object = {}): Promise<Answer> =>
  engine.ask({
    root,
    file: join(repository, "test/run/fixtures/token-table.ts"),
    storeRoot: join(root, "store"),
    workers: 2,
    ...given
  })
const run = async (given: object = {}): Promise<Answer> => {
  const answer = await ask(given)
  if (answer.error !== undefined) throw new Error(`${answer.error.message}\n${answer.error.stack}`)
  return answer
}

it("a changed row is tokenised again, and what cannot be trained on goes under its reason", async () => {
  const chats = [talk("When?", "At dawn."), talk("Who?", "The miller."), talk("Hello?"), talk("Long?", "x ".repeat(80))]
  write(chats)
  const first = await run()
  const table = first.rows!["table"]!.columns
  expect(table["problem"]).toEqual(["", ""])
  expect(table["supervised"]).toEqual([9, 12].map(() => expect.any(Number)))
  // Bytes come from the engine's process as objects of their places.
  const [ids, mask] = ["ids", "mask"].map((name) => Uint8Array.from(Object.values(table[name]![0] as object)))
  const supervised = bytesToIds(ids!).filter((_, at) => mask![at] === 1)
  expect(tokenizer.decode(supervised)).toBe("At dawn.<|im_end|>")
  const dropped = first.nodes!.filter(({ name }) => name.startsWith("train.proven")).map(({ reasons }) => reasons)
  expect(dropped).toEqual([
    { "nothing-supervised": 1, "too-long": 1 },
    { "nothing-supervised": 1, "too-long": 1 }
  ])

  write(chats.with(1, talk("Who?", "The keeper.")))
  const edited = await run()
  expect(computedOf(edited)).toMatchObject({ "train.tokens": 1, "train.tokens#2": 1 })
  expect(digestsOf(edited)).toEqual(digestsOf(await run({ storeRoot: join(root, "cold"), workers: 1 })))

  // Other weights beside the same tokenizer tokenise nothing again; another template does.
  writeFileSync(join(root, "model/model.safetensors"), "other weights")
  expect(new Set((await run()).nodes!.map(({ verdict }) => verdict))).toEqual(new Set(["hit"]))
  writeFileSync(join(root, "model/chat_template.jinja"), `${chatTemplate}{# the same, written otherwise #}`)
  expect(computedOf(await run())).toMatchObject({ "train.tokens": 4, "train.tokens#2": 4 })

  const stricter = await ask({ sets: { "train.proven.maxViolations": "0.2" } })
  expect(stricter.error?.message).toMatch(
    /the loss mask is wrong in 1 of 4 rows, more than maxViolations 0\.2; the first is row [0-9a-f]+: nothing-supervised, \d+ tokens, none supervised/
  )
})

it("a model without a tokenizer, and a format that is not there, end the run", async () => {
  write([talk("When?", "At dawn.")])
  mkdirSync(join(root, "empty"), { recursive: true })
  writeFileSync(join(root, "empty/config.json"), "{}")
  expect((await ask({ sets: { model: "empty" } })).error?.message).toContain("has no tokenizer.json")
  const odd = await ask({ sets: { "train.tokens#2.chat": "chatmel" } })
  expect(odd.error?.message).toContain('There is no chat format "chatmel"; there are chatml, llama2')
})

type Apply = (batch: Batch, options: object) => Promise<Batch>

const applied = async (stage: { readonly declaration: object }, batch: Batch, options: object = {}) => {
  const declared = stage.declaration as { readonly options: object; readonly applyBatch: Apply }
  const model = openModel(modelAt(root, "model", new PathContents(root)))
  return declared.applyBatch(batch, { ...decodedDefaults(declared.options as never), model, ...options })
}

const texts = (columns: { readonly [name: string]: ReadonlyArray<string> }): Batch => ({
  rows: Object.values(columns)[0]!.length,
  columns: Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [
      name,
      columnOf(values, { type: "text", integer: false, nullable: false })
    ])
  )
})

const nested = (values: ReadonlyArray<unknown>): NestedColumn => ({ type: "nested", values })
const saidBy = ({ columns }: Batch, name: string, maskName = "mask") => {
  const masks = columnValues(columns[maskName] as BytesColumn) as ReadonlyArray<Uint8Array>
  return (columnValues(columns[name] as BytesColumn) as ReadonlyArray<Uint8Array>).map((bytes, row) => {
    const ids = bytesToIds(Uint8Array.from(bytes))
    return [tokenizer.decode(ids), tokenizer.decode(ids.filter((_, at) => masks[row]![at] === 1))]
  })
}

describe("each shape has its columns", () => {
  it("documents", async () => {
    const made = await applied(textTokens, texts({ by: ["At dawn.", ""] }))
    expect(saidBy(made, "ids")[0]).toEqual(["At dawn.<|endoftext|>", "At dawn.<|endoftext|>"])
    expect(columnValues(made.columns["problem"]!)).toEqual(["", "empty"])
  })

  it("pairs", async () => {
    const batch = texts({ prompt: ["When? "], completion: ["At dawn."] })
    expect(saidBy(await applied(pairTokens, batch), "ids")).toEqual([
      ["When? At dawn.<|endoftext|>", "At dawn.<|endoftext|>"]
    ])
    const all = await applied(pairTokens, batch, { supervise: "all" })
    expect(saidBy(all, "ids")[0]![1]).toBe("When? At dawn.<|endoftext|>")
  })

  it("preferences", async () => {
    const [chosen, rejected] = ["At dawn.", "Never."].map((content) => nested([[{ role: "assistant", content }]]))
    const batch = { rows: 1, columns: { prompt: nested([talk("When?")]), chosen: chosen!, rejected: rejected! } }
    const made = await applied(preferenceTokens, batch)
    expect(saidBy(made, "ids")[0]![1]).toBe("At dawn.<|im_end|>")
    expect(saidBy(made, "rejectedIds", "rejectedMask")[0]![1]).toBe("Never.<|im_end|>")
  })

  it("prompts", async () => {
    const made = await applied(promptTokens, { rows: 1, columns: { prompt: nested([talk("When?")]) } })
    expect(saidBy(made, "ids")).toEqual([["<|im_start|>user\nWhen?<|im_end|>\n<|im_start|>assistant\n", ""]])
  })

  it("conversations, cut and counted", async () => {
    const batch = { rows: 1, columns: { messages: nested([talk("When?", "At dawn.")]) } }
    const [whole, cut] = [
      await applied(tokens, batch),
      await applied(tokens, batch, { maxTokens: 30, truncate: "keep-start" })
    ]
    const count = (made: Batch, name: string) => (made.columns[name] as NumberColumn).values[0]!
    const { bytes: mask } = whole.columns["mask"] as BytesColumn
    expect([count(whole, "tokens"), count(whole, "cut")]).toEqual([mask.length, 0])
    expect([count(cut, "tokens"), count(cut, "cut")]).toEqual([30, mask.length - 30])
    expect(count(cut, "supervised")).toBe(mask.subarray(0, 30).reduce((sum, one) => sum + one, 0))
  })
})

it("ids come back from their bytes", () => {
  const ids = Int32Array.of(0, 1, 255, 256, 151_643, 2 ** 31 - 1)
  expect(bytesToIds(idBytes(ids))).toEqual(ids)
  expect([...idBytes(Int32Array.of(258))]).toEqual([2, 1, 0, 0])
  expect(bytesToIds(Uint8Array.from([9, ...idBytes(ids)]).subarray(1))).toEqual(ids)
})

describe("train.proven", () => {
  it("has a reason for each problem that tokens can have", () => {
    expect(proven.declaration.reasons).toEqual(tokenReasons)
  })

  const select = proven.declaration as unknown as Select
  const rows = [
    { problem: "", detail: "", cut: 3 },
    { problem: "too-long", detail: "9 tokens", cut: 0 },
    { problem: "prompt-ids-differ", detail: "4 tokens", cut: 0 },
    { problem: "", detail: "", cut: 4 }
  ]

  it("drops by reason, and warns of what was cut", () => {
    const warned: string[] = []
    const found = resolved(select, rows, { maxViolations: 0.25 }, {}, (text) => warned.push(text))
    expect(found.map(({ row, reason }) => [row, reason])).toEqual([
      [1, "too-long"],
      [2, "prompt-ids-differ"]
    ])
    expect(warned).toEqual(["2 of 4 rows were cut, by 7 tokens in all"])
  })

  it("fails above the share, for which length does not count", () => {
    expect(() => resolved(select, rows, { maxViolations: 0.2 })).toThrow(
      /^the loss mask is wrong in 1 of 4 rows, more than maxViolations 0\.2; the first is row .+: prompt-ids-differ, 4 tokens$/
    )
  })
})
