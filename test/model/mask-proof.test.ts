// The mask proof holds for what the renderer makes and finds each kind of fault.
import { expect, test } from "vitest"
import {
  Chat,
  type ChatMessage,
  fromTokenizerJson,
  type MaskedRow,
  type MaskReason,
  proveMasks
} from "../../src/model/index.ts"
import { tinyTokenizer } from "./tiny-model.ts"

const tokenizer = tinyTokenizer()
const chat = await Chat.open(tokenizer)
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
  ...chat.render(messages),
  ...change
})

test.each(["completion", "assistant"] as const)("rendered rows pass: %s", (supervise) => {
  const rows = [messages, messages.slice(0, 2), [{ role: "assistant", content: "" }]].map((given) =>
    row({ messages: given, ...chat.render(given, { supervise }) })
  )
  expect(proveMasks(chat, rows, { supervise })).toEqual([])
})

const { ids, mask } = chat.render(messages)
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
  const found = proveMasks(chat, [row(), row({ rowId: "bad", ...change })])
  expect(new Set(found.map(({ row: name }) => name))).toEqual(new Set(["bad"]))
  expect(found.map(({ reason }) => reason)).toEqual(expect.arrayContaining(reasons))
})

/** Templates that misbehave, over a tokenizer that puts a beginning before a text. */
const settled = fromTokenizerJson({
  ...tokenizer.definition,
  post_processor: {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<|endoftext|>" } }, { Sequence: { id: "A" } }],
    pair: [],
    special_tokens: { "<|endoftext|>": { ids: [0] } }
  }
})
const turn = "<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>"
const misbehaving: [string, MaskReason, string][] = [
  ["raises an exception", "template-refuses", "{{ raise_exception('no system turn') }}"],
  ["begins twice", "double-beginning", `<|endoftext|><|endoftext|>{% for m in messages %}${turn}{% endfor %}`],
  [
    "writes the history otherwise",
    "template-not-prefix-preserving",
    `{{ messages | length }}{% for m in messages %}${turn}{% endfor %}`
  ],
  [
    "has another prompt than what it marks as generated follows",
    "template-not-prefix-preserving",
    "{% for m in messages %}{{ m.role }}:{% generation %}{{ m.content }}<|im_end|>{% endgeneration %}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
  ],
  [
    "ends no turn",
    "end-of-turn-not-supervised",
    "{% for m in messages %}{{ m.role }}:{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
  ]
]

test.each(misbehaving)("a template that %s: %s", async (_title, reason, template) => {
  const odd = await Chat.open(settled, template)
  const given = messages.slice(0, 2)
  const { ids, mask } = reason === "template-refuses" ? chat.render(given) : renderedAnyway(odd, given)
  const found = proveMasks(odd, [row({ messages: given, ids, mask })])
  expect(found.map((one) => one.reason)).toContain(reason)
})

/** Ids of a conversation with all of them supervised where its answers cannot be found. */
const renderedAnyway = (odd: Chat, given: readonly ChatMessage[]) => {
  try {
    return odd.render(given)
  } catch {
    return odd.render(given, { supervise: "all" })
  }
}

test("every reason has a case", () => {
  const reasons: Record<MaskReason, true> = {
    "nothing-supervised": true,
    "end-of-turn-not-supervised": true,
    "prompt-ids-differ": true,
    "supervised-text-differs": true,
    "special-token-in-content": true,
    "template-refuses": true,
    "template-not-prefix-preserving": true,
    "double-beginning": true
  }
  expect(new Set([...faults.flatMap(([, expected]) => expected), ...misbehaving.map(([, reason]) => reason)])).toEqual(
    new Set(Object.keys(reasons))
  )
})
