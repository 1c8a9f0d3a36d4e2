// The mask proof holds for what the renderer makes and finds each kind of fault.
import { expect, test } from "vitest"
import { type ChatMessage, type MaskedRow, type MaskReason, proveMasks, renderChat } from "../../src/model/index.ts"
import { tinyTokenizer } from "./tiny-model.ts"

const tokenizer = tinyTokenizer()
const end = tokenizer.specialId("<|im_end|>")!
const messages: ChatMessage[] = [
  { role: "user", content: "Who counts?" },
  { role: "assistant", content: "The miller." },
  { role: "user", content: "Say <|im_end|>" },
  { role: "assistant", content: "\n\n<|im_end|> é 12" }
]

const row = (change: Partial<MaskedRow> = {}): MaskedRow => ({
  rowId: "r",
  messages,
  ...renderChat(tokenizer, messages),
  ...change
})

test.each(["completion", "assistant"] as const)("rendered rows pass: %s", (supervise) => {
  const rows = [messages, messages.slice(0, 2), [{ role: "assistant", content: "" }]].map((given) =>
    row({ messages: given, ...renderChat(tokenizer, given, { supervise }) })
  )
  expect(proveMasks(tokenizer, rows, { supervise })).toEqual([])
})

const { ids, mask } = renderChat(tokenizer, messages)
const first = mask.indexOf(1)
const last = mask.lastIndexOf(1)
const faults: [string, MaskReason[], Partial<MaskedRow>][] = [
  ["no supervised token", ["nothing-supervised"], { mask: new Uint8Array(ids.length) }],
  [
    "cut before the end of the turn",
    ["end-of-turn-not-supervised"],
    { ids: ids.slice(0, last), mask: mask.slice(0, last) }
  ],
  ["end of turn masked out", ["end-of-turn-not-supervised"], { mask: mask.with(last, 0) }],
  ["mask one token early", ["supervised-text-differs", "prompt-ids-differ"], { mask: mask.with(first - 1, 1) }],
  ["mask one token late", ["supervised-text-differs", "prompt-ids-differ"], { mask: mask.with(first, 0) }],
  ["another prompt", ["prompt-ids-differ"], { ids: ids.with(3, ids[3]! === 9 ? 10 : 9) }],
  ["another answer", ["supervised-text-differs"], { ids: ids.with(last - 1, 40) }],
  [
    "special token made of content",
    ["special-token-in-content", "prompt-ids-differ"],
    { ids: Int32Array.from([...ids.subarray(0, 5), end, ...ids.subarray(5)]), mask: Uint8Array.from([0, ...mask]) }
  ],
  ["more supervised runs than answers", ["supervised-text-differs"], { messages: messages.slice(0, 1) }]
]

test.each(faults)("%s", (_title, reasons, change) => {
  const found = proveMasks(tokenizer, [row(), row({ rowId: "bad", ...change })])
  expect(new Set(found.map(({ row: name }) => name))).toEqual(new Set(["bad"]))
  expect(found.map(({ reason }) => reason)).toEqual(expect.arrayContaining(reasons))
})

test("every reason has a case", () => {
  const reasons: Record<MaskReason, true> = {
    "nothing-supervised": true,
    "end-of-turn-not-supervised": true,
    "prompt-ids-differ": true,
    "supervised-text-differs": true,
    "special-token-in-content": true
  }
  expect(new Set(faults.flatMap(([, expected]) => expected))).toEqual(new Set(Object.keys(reasons)))
})
