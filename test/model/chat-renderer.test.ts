// Conversations by template as ids: masks, special tokens in content, beginnings of text, and templates that misbehave.
import { expect, test } from "vitest"
import {
  byteLevelTokenizer,
  Chat,
  type ChatMask,
  type ChatMessage,
  chatFormats,
  fromTokenizerJson,
  type Tokenizer
} from "../../src/model/index.ts"
import { byteCharacters } from "../../src/model/tokenizer/byte-alphabet.ts"
import { tinyTokenizer } from "./tiny-model.ts"

const marks = [
  ...new Set(Object.values(chatFormats).flatMap(({ needs, tokens }) => [...needs, ...Object.values(tokens)]))
].filter((text) => text !== "")
const everyMark = byteLevelTokenizer({
  tokens: [...byteCharacters, ...marks],
  merges: [],
  added: marks.map((content, at) => ({ id: 256 + at, content })),
  before: ["<s>"]
})

const messages: ChatMessage[] = [
  { role: "user", content: "Who counts?" },
  { role: "assistant", content: "The miller." },
  { role: "user", content: "What?" },
  { role: "assistant", content: "12 sacks" }
]

const supervised = (tokenizer: Tokenizer, { ids, mask }: { ids: Int32Array; mask: Uint8Array }): string[] => {
  const runs: string[] = []
  let run: number[] = []
  ids.forEach((id, at) => {
    if (mask[at] === 1) run.push(id)
    if (run.length > 0 && (mask[at] === 0 || at === ids.length - 1)) {
      runs.push(tokenizer.decode(run))
      run = []
    }
  })
  return runs
}

const ends: Record<string, readonly [first: string, last: string]> = {
  chatml: ["The miller.<|im_end|>", "12 sacks<|im_end|>"],
  llama2: [" The miller. </s>", " 12 sacks </s>"],
  llama3: ["The miller.<|eot_id|>", "12 sacks<|eot_id|>"],
  "qwen2.5": ["The miller.<|im_end|>", "12 sacks<|im_end|>"],
  mistral: [" The miller.</s>", " 12 sacks</s>"],
  gemma: ["The miller.<end_of_turn>", "12 sacks<end_of_turn>"],
  alpaca: ["The miller.</s>", "12 sacks</s>"],
  vicuna: [" The miller.</s>", " 12 sacks</s>"]
}

test.each(Object.keys(chatFormats))(
  "%s: masks, the prompt as the beginning, and no second beginning of text",
  async (name) => {
    const chat = await Chat.open(everyMark, name)
    const [first, last] = ends[name]!
    expect(supervised(everyMark, chat.render(messages))).toEqual([last])
    expect(supervised(everyMark, chat.render(messages, { supervise: "assistant" }))).toEqual([first, last])
    const { ids, mask } = chat.render(messages, { supervise: "all" })
    expect(mask).toEqual(new Uint8Array(ids.length).fill(1))
    const whole = chat.render(messages)
    const prompt = chat.render(messages.slice(0, 3), { addGenerationPrompt: true })
    expect(whole.ids.subarray(0, prompt.ids.length)).toEqual(prompt.ids)
    expect(whole.mask.indexOf(1)).toBe(prompt.ids.length)
    expect(prompt.mask.includes(1)).toBe(false)
    const text = chat.plain(chat.layOut(messages).text)
    expect(everyMark.decode(whole.ids)).toBe(text)
    const bos = [everyMark.specialId("<s>"), everyMark.specialId("<|begin_of_text|>"), everyMark.specialId("<bos>")]
    expect([...whole.ids.subarray(0, 2)].filter((id) => bos.includes(id)).length).toBeLessThanOrEqual(1)
  }
)

/** ChatML put together by hand, each supervised answer encoded apart from its header. */
const chatMl = (tokenizer: Tokenizer, given: readonly ChatMessage[], supervise: ChatMask) => {
  const [start, end] = ["<|im_start|>", "<|im_end|>"].map((text) => Int32Array.of(tokenizer.specialId(text)!))
  const last = given.findLastIndex(({ role }) => role === "assistant")
  const ids: number[] = []
  const mask: number[] = []
  const put = (part: Int32Array, supervised = supervise === "all"): void => {
    ids.push(...part)
    mask.push(...Array.from(part, () => (supervised ? 1 : 0)))
  }
  given.forEach(({ role, content }, place) => {
    const answers =
      role === "assistant" && (supervise === "assistant" || (supervise === "completion" && place === last))
    put(start!)
    put(tokenizer.encode(answers ? `${role}\n` : `${role}\n${content}`))
    if (answers) put(tokenizer.encode(content), true)
    put(end!, answers || supervise === "all")
    put(tokenizer.encode("\n"))
  })
  return { ids: Int32Array.from(ids), mask: Uint8Array.from(mask) }
}

test.each<ChatMask>(["completion", "assistant", "all"])(
  "ChatML by template is ChatML by hand: %s",
  async (supervise) => {
    const tokenizer = tinyTokenizer()
    const chat = await Chat.open(tokenizer)
    const odd = [...messages, { role: "user", content: "<|im_end|>" }, { role: "assistant", content: " <|im_start|>é" }]
    for (const given of [messages, odd, odd.slice(0, 5), []]) {
      const byHand = chatMl(tokenizer, given, supervise)
      expect(tokenizer.decode(chat.render(given, { supervise }).ids)).toEqual(tokenizer.decode(byHand.ids))
      expect(chat.render(given, { supervise })).toEqual(byHand)
    }
  }
)

test("special tokens in content stay text whatever the template does with it", async () => {
  const chat = await Chat.open(everyMark, "{% for m in messages %}<s>{{ m.content | trim }}</s>{% endfor %}")
  const { ids } = chat.render([{ role: "user", content: "  </s><s> [/INST] <|eot_id|>" }])
  expect([...ids].filter((id) => everyMark.isSpecial(id))).toEqual([
    everyMark.specialId("<s>"),
    everyMark.specialId("</s>")
  ])
  expect(everyMark.decode(ids)).toBe("<s></s><s> [/INST] <|eot_id|></s>")
})

test("what a tokenizer_config.json says is used, and a built-in format falls back to its sentence marks", async () => {
  const settings = {
    chat_template: [
      { name: "tool_use", template: "x" },
      { name: "default", template: "{{ bos_token }}{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}" }
    ],
    bos_token: { content: "<s>" },
    eos_token: "<|eot_id|>"
  }
  const tokenizer = fromTokenizerJson(everyMark.definition, settings)
  const { ids } = (await Chat.open(tokenizer)).render([{ role: "assistant", content: "a" }])
  expect(tokenizer.decode(ids)).toBe("<s>a<|eot_id|>")
  const few = byteLevelTokenizer({
    tokens: [...byteCharacters, "<e>"],
    merges: [],
    added: [{ id: 256, content: "<e>" }]
  })
  const named = fromTokenizerJson(few.definition, { eos_token: "<e>" })
  const answer = (await Chat.open(named, "alpaca")).render([{ role: "assistant", content: "a" }])
  expect(named.decode(answer.ids.filter((_, at) => answer.mask[at] === 1))).toBe("a<e>")
  await expect(Chat.open(few, "alpaca")).rejects.toThrow(expect.objectContaining({ code: "SLUICE_NO_CHAT_TOKENS" }))
  await expect(Chat.open(few, "llama3")).rejects.toThrow(expect.objectContaining({ code: "SLUICE_NO_CHAT_TOKENS" }))
  await expect(Chat.open(few)).rejects.toThrow(expect.objectContaining({ code: "SLUICE_NO_CHAT_TOKENS" }))
  await expect(Chat.open(few, "lama3")).rejects.toThrow(expect.objectContaining({ code: "SLUICE_NO_CHAT_TEMPLATE" }))
})

test("a template that writes history otherwise is told", async () => {
  const forgetful =
    "{% for m in messages %}{% if loop.last or m.role == 'user' %}{{ m.content }}</s>{% endif %}{% endfor %}"
  const chat = await Chat.open(everyMark, forgetful)
  expect(supervised(everyMark, chat.render(messages))).toEqual(["12 sacks</s>"])
  expect(() => chat.render(messages, { supervise: "assistant" })).toThrow(
    expect.objectContaining({ code: "SLUICE_TEMPLATE_NOT_PREFIX_PRESERVING" })
  )
})

test("a stretch after text gets no mark of its own from a tokenizer that puts one before words", async () => {
  const tokenizer = fromTokenizerJson({
    model: {
      type: "BPE",
      vocab: { "<s>": 0, "</s>": 1, "▁": 2, a: 3, b: 4, "▁a": 5, "▁b": 6 },
      merges: ["▁ a", "▁ b"],
      unk_token: "<s>"
    },
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" }
      ]
    },
    added_tokens: [
      { id: 0, content: "<s>", special: true },
      { id: 1, content: "</s>", special: true }
    ]
  })
  const chat = await Chat.open(
    tokenizer,
    "{{ '<s>' }}{% for m in messages %}{{ m.content }}{% if m.role == 'assistant' %}</s>{% endif %}{% endfor %}"
  )
  const { ids, mask } = chat.render([
    { role: "user", content: "a b" },
    { role: "assistant", content: " ab" }
  ])
  expect(Array.from(ids, (id) => tokenizer.tokenOf(id))).toEqual(["<s>", "▁a", "▁b", "▁a", "b", "</s>"])
  expect([...mask]).toEqual([0, 0, 0, 1, 1, 1])
})
