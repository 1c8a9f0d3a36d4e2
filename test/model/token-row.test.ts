// Rows of every shape as sequences: what is supervised, what is cut, and every reason for which a row cannot be used.
import { expect, test } from "vitest"
import {
  Chat,
  type ChatMessage,
  fromTokenizerJson,
  type TokenRow,
  type Tokenizer,
  tokenizeMessages,
  tokenizePair,
  tokenizePreference,
  tokenizePrompt,
  tokenizeText
} from "../../src/model/index.ts"
import { tinyTokenizer } from "./tiny-model.ts"

const tokenizer = tinyTokenizer()
const chat = await Chat.open(tokenizer)
const whole = { maxTokens: 1000, truncate: "drop" } as const
const talk: ChatMessage[] = [
  { role: "user", content: "Who counts?" },
  { role: "assistant", content: "The miller." }
]

const said = (row: Pick<TokenRow, "ids" | "mask">, of: Tokenizer = tokenizer) => [
  of.decode(row.ids),
  of.decode(row.ids.filter((_, at) => row.mask[at] === 1))
]

const begins = fromTokenizerJson({
  ...tokenizer.definition,
  post_processor: {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<|im_start|>" } }, { Sequence: { id: "A" } }],
    pair: [],
    special_tokens: { "<|im_start|>": { ids: [tokenizer.specialId("<|im_start|>")] } }
  }
})

test("a document: what stands before a text, its tokens, and its end", () => {
  expect(said(tokenizeText(tokenizer, "At <|im_end|> dawn", whole))).toEqual([
    "At <|im_end|> dawn<|endoftext|>",
    "At <|im_end|> dawn<|endoftext|>"
  ])
  expect(said(tokenizeText(begins, "dawn", whole), begins)[0]).toBe("<|im_start|>dawn<|endoftext|>")
  const settled = fromTokenizerJson(
    { ...tokenizer.definition, added_tokens: [{ id: 3, content: "!!", special: true }] },
    { eos_token: "!!" }
  )
  expect(said(tokenizeText(settled, "dawn", whole), settled)[0]).toBe("dawn!!")
})

test("a pair: the prompt's ids are those of the prompt alone", () => {
  const row = tokenizePair(tokenizer, "When? ", "At dawn.", whole)
  expect(said(row)).toEqual(["When? At dawn.<|endoftext|>", "At dawn.<|endoftext|>"])
  expect(row.ids.subarray(0, row.mask.indexOf(1))).toEqual(tokenizer.encode("When? "))
  expect(said(tokenizePair(tokenizer, "When? ", "At dawn.", { ...whole, supervise: "all" }))[1]).toBe(
    "When? At dawn.<|endoftext|>"
  )
  expect(said(tokenizePair(begins, "", "dawn", whole), begins)).toEqual([
    "<|im_start|>dawn<|endoftext|>",
    "dawn<|endoftext|>"
  ])
})

test("a conversation: by the convention named", () => {
  const two = [...talk, { role: "user", content: "What?" }, { role: "assistant", content: "12 sacks" }]
  const supervised = (["completion", "assistant", "all"] as const).map(
    (supervise) => said(tokenizeMessages(chat, two, { ...whole, supervise }))[1]
  )
  expect(supervised.slice(0, 2)).toEqual(["12 sacks<|im_end|>", "The miller.<|im_end|>12 sacks<|im_end|>"])
  expect(supervised[2]).toMatch(/^<\|im_start\|>user\nWho counts\?/)
})

test("a prompt alone: up to the header of the answer", () => {
  const row = tokenizePrompt(chat, talk.slice(0, 1), whole)
  expect(said(row)).toEqual(["<|im_start|>user\nWho counts?<|im_end|>\n<|im_start|>assistant\n", ""])
  expect(said(tokenizePrompt(chat, "Who", whole))).toEqual(["Who", ""])
})

test("a preference: two sequences that differ in the answer", () => {
  const answers = (...contents: string[]) => contents.map((content) => ({ role: "assistant", content }))
  const row = tokenizePreference(
    chat,
    { prompt: talk.slice(0, 1), chosen: answers("yes"), rejected: answers("no") },
    whole
  )
  expect([said(row)[1], said(row.rejected)[1]]).toEqual(["yes<|im_end|>", "no<|im_end|>"])
  const longer = tokenizePreference(
    chat,
    { prompt: [], chosen: [...answers("a"), talk[0]!, ...answers("b")], rejected: answers("c") },
    whole
  )
  expect(said(longer)[1]).toBe("a<|im_end|>b<|im_end|>")
  const same = tokenizePreference(chat, { prompt: talk, chosen: answers("yes"), rejected: answers("yes") }, whole)
  expect([same.problem, same.ids.length, same.rejected.ids.length]).toEqual(["same-answers", 0, 0])
  const silent = tokenizePreference(chat, { prompt: talk.slice(0, 1), chosen: answers("yes"), rejected: [] }, whole)
  expect(silent.problem).toBe("nothing-supervised")
})

test("a long row is left out, or cut at its end or its start, and the cut is counted", () => {
  const row = tokenizeMessages(chat, talk, whole)
  const maxTokens = row.ids.length - 3
  expect(tokenizeMessages(chat, talk, { maxTokens, truncate: "drop" })).toMatchObject({
    problem: "too-long",
    cut: 0,
    detail: `${row.ids.length} tokens, ${maxTokens} are the most`
  })
  const start = tokenizeMessages(chat, talk, { maxTokens, truncate: "keep-start" })
  expect([start.ids, start.cut, start.problem]).toEqual([row.ids.subarray(0, maxTokens), 3, ""])
  const end = tokenizeMessages(chat, talk, { maxTokens, truncate: "keep-end" })
  expect([end.ids, end.mask]).toEqual([row.ids.subarray(3), row.mask.subarray(3)])
  expect(tokenizeMessages(chat, talk, { maxTokens: 5, truncate: "keep-start" })).toMatchObject({
    problem: "nothing-supervised",
    detail: expect.stringMatching(/^\d+ tokens, the supervised ones are among the \d+ that are cut$/)
  })
  expect(tokenizePrompt(chat, talk.slice(0, 1), { maxTokens: 5, truncate: "keep-end" }).cut).toBeGreaterThan(0)
})

test.each<[string, string, () => TokenRow]>([
  ["no text", "empty", () => tokenizeText(tokenizer, "", whole)],
  ["no completion", "empty", () => tokenizePair(tokenizer, "When?", "", whole)],
  ["no messages", "empty", () => tokenizeMessages(chat, [], whole)],
  ["no prompt", "empty", () => tokenizePrompt(chat, [], whole)],
  ["no answer", "nothing-supervised", () => tokenizeMessages(chat, talk.slice(0, 1), whole)]
])("%s: %s", (_title, problem, row) => {
  expect(row()).toMatchObject({ problem, ids: new Int32Array(0), mask: new Uint8Array(0) })
})

test("what a template refuses is a problem of the row, what it does wrong is proven", async () => {
  const strict = await Chat.open(
    tokenizer,
    "{% for m in messages %}{{ raise_exception('no ' + m.role) if m.role == 'tool' }}{{ m.content }}<|im_end|>{% endfor %}"
  )
  expect(tokenizeMessages(strict, [{ role: "tool", content: "x" }, ...talk], whole)).toMatchObject({
    problem: "template-refuses",
    detail: "no tool"
  })
  expect(tokenizePrompt(strict, [{ role: "tool", content: "x" }], whole).problem).toBe("template-refuses")
  const endless = await Chat.open(tokenizer, "{% for m in messages %}{{ m.role }}:{{ m.content }}\n{% endfor %}")
  expect(tokenizeMessages(endless, talk, whole).problem).toBe("end-of-turn-not-supervised")
})
