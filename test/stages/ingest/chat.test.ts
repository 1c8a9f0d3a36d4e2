// ingest.chat: each known shape becomes messages, rows of no shape say what was tried, files of each format are read.
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { tableFromJSON, tableToIPC } from "apache-arrow"
import { parquetWriteBuffer } from "hyparquet-writer"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { chat } from "../../../stages/ingest/chat.ts"
import { decodedDefaults, type Source } from "../declared.ts"

const source = chat.declaration as Source & { readonly options: object }
const defaults = decodedDefaults(source.options as never)

interface Frames {
  readonly count: number
  readonly record: (index: number) => Uint8Array
}

const parse = (row: unknown, options: object = {}) =>
  source.parse(Buffer.from(JSON.stringify(row)), { ...defaults, ...options }, "a.jsonl")
const read = async (path: string, bytes: Uint8Array | string, options: object = {}) => {
  const all = { ...defaults, ...options }
  const frames = (await source.frame(Buffer.from(bytes as string), all, path)) as Frames
  return Array.from({ length: frames.count }, (_, i) => source.parse(frames.record(i), all, path))
}

const user = (content: string) => ({ role: "user", content })
const assistant = (content: string) => ({ role: "assistant", content })
const system = (content: string) => ({ role: "system", content })
const plain = [user("When?"), assistant("At dawn.")]

test.each([
  ["messages", { messages: plain }, plain],
  ["messages", { id: 7, prompt: "When?", messages: plain }, plain],
  ["messages", { messages: JSON.stringify(plain) }, plain],
  ["messages", { conversation: plain }, plain],
  ["messages", { messages: [{ role: "developer", content: "Be brief." }, ...plain] }, [system("Be brief."), ...plain]],
  [
    "messages",
    { messages: [{ role: "user", content: [{ type: "text", text: "Wh" }, "en?"] }, assistant("At dawn.")] },
    plain
  ],
  [
    "messages",
    { messages: [user("When?"), { role: "tool", content: "06:00" }, { ...assistant("At 6."), tool_calls: [] }] },
    [user("When?"), { role: "tool", content: "06:00" }, assistant("At 6.")]
  ],
  [
    "sharegpt",
    {
      system: "Be brief.",
      conversations: [
        { from: "human", value: "When?" },
        { from: "gpt", value: "At dawn." }
      ]
    },
    [system("Be brief."), ...plain]
  ],
  [
    "sharegpt",
    {
      conversations: [
        { from: "system", value: "Be brief." },
        { from: "Human", value: "When?" }
      ],
      system: "Be long."
    },
    [system("Be brief."), user("When?")]
  ],
  ["alpaca", { instruction: "When?", input: "", output: "At dawn." }, plain],
  [
    "alpaca",
    { instruction: "Translate.", input: "dawn", output: "aube" },
    [user("Translate.\n\ndawn"), assistant("aube")]
  ],
  [
    "alpaca",
    { instruction: "Why?", output: "Light.", system: "Be brief.", history: [["When?", "At dawn."]] },
    [system("Be brief."), ...plain, user("Why?"), assistant("Light.")]
  ],
  ["alpaca", { instruction: "When?", response: "At dawn.", context: "" }, plain],
  ["prompt-completion", { prompt: "When?", completion: "At dawn." }, plain],
  ["prompt-completion", { prompt: [user("When?")], completion: [assistant("At dawn.")] }, plain],
  ["prompt-completion", { question: "When?", answer: "At dawn.", id: 1 }, plain],
  ["prompt-completion", { query: "When?", response: "At dawn." }, plain],
  [
    "transcript",
    { text: "\n\nHuman: When?\n\nAssistant: At dawn.\n\nHuman: Human: why?" },
    [...plain, user("Human: why?")]
  ]
])("%s: %j", (shape, row, messages) => {
  expect(parse(row)).toEqual({ messages, shape })
})

const calls = (given: string, id?: string) => [
  { ...(id === undefined ? {} : { id }), type: "function", function: { name: "open", arguments: given } }
]

test.each([
  [
    "OpenAI's",
    {
      messages: [
        user("Open it."),
        { role: "assistant", content: null, tool_calls: calls('{"gate": "north"}', "c1") },
        { role: "tool", tool_call_id: "c1", name: "open", content: "opened" },
        assistant("It is open.")
      ]
    },
    [
      user("Open it."),
      { role: "assistant", content: "", tool_calls: calls('{"gate": "north"}', "c1") },
      { role: "tool", content: "opened", tool_call_id: "c1", name: "open" },
      assistant("It is open.")
    ]
  ],
  [
    "OpenAI's older",
    {
      messages: [
        { role: "assistant", content: "So be it.", function_call: { name: "open", arguments: "{}" } },
        { role: "function", name: "open", content: "opened" }
      ]
    },
    [
      { role: "assistant", content: "So be it.", tool_calls: calls("{}") },
      { role: "tool", content: "opened", name: "open" }
    ]
  ],
  [
    "arguments as values, several calls, without the word function",
    { messages: [{ role: "assistant", tool_calls: [{ name: "open", arguments: { gate: "é" } }, ...calls("{}")] }] },
    [{ role: "assistant", content: "", tool_calls: [...calls('{"gate":"é"}'), ...calls("{}")] }]
  ],
  [
    "ShareGPT's",
    {
      conversations: [
        { from: "human", value: "Open it." },
        { from: "function_call", value: '{"name": "open", "arguments": {"gate": "north"}}' },
        { from: "observation", value: "opened" }
      ]
    },
    [
      user("Open it."),
      { role: "assistant", content: "", tool_calls: calls('{"gate":"north"}') },
      { role: "tool", content: "opened" }
    ]
  ]
])("calls of tools, %s", (_, row, messages) => {
  expect(parse(row).messages).toEqual(messages)
})

test("other columns are kept where a schema names them; its own come first", () => {
  const row = Schema.Struct({ id: Schema.Int, tools: Schema.optional(Schema.String), shape: Schema.Int })
  const given = { id: 7, question: "When?", answer: "At dawn.", shape: 3, other: true }
  expect(parse(given, { row })).toEqual({ id: 7, messages: plain, shape: "prompt-completion" })
})

test("a system message for rows without one", () => {
  expect(parse({ question: "When?", answer: "At dawn." }, { system: "Be brief." })).toMatchObject({
    messages: [system("Be brief."), ...plain]
  })
  const own = { question: "When?", answer: "At dawn.", system: "Be long." }
  expect(parse(own, { system: "Be brief." })).toMatchObject({ messages: [system("Be long."), ...plain] })
})

test("a shape that is named is the only one", () => {
  const row = { messages: plain, question: "Why?", answer: "Light." }
  expect(parse(row, { shape: "prompt-completion" })).toEqual({
    messages: [user("Why?"), assistant("Light.")],
    shape: "prompt-completion"
  })
  expect(() => parse({ messages: plain }, { shape: "alpaca" })).toThrow(
    new Error('is no conversation: tried alpaca ("instruction" and "output"); its keys are "messages"')
  )
})

test.each([
  [
    { messages: [{ role: "narrator", content: "x" }] },
    /^has turn 1 of the role "narrator"; roles are system, developer, /
  ],
  [{ messages: [user("x"), { role: "assistant", content: null }] }, "has turn 2 without text"],
  [
    { messages: [user("x"), { role: "assistant", content: null, tool_calls: [{ id: 1 }] }] },
    "has turn 2 with a tool call that names no function"
  ],
  [{ conversations: [{ from: "function_call", value: "{}" }] }, "has turn 1 with a tool call that names no function"],
  [
    { conversations: [{ from: "function_call", value: "not JSON" }] },
    "has turn 1 with a tool call that names no function"
  ],
  [
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: {} }] }] },
    'has turn 1 with a part of type "image_url"'
  ],
  [{ instruction: "a", output: "b", history: ["c"] }, 'has a "history" that is no list of pairs'],
  [
    {},
    /^is no conversation: tried messages .*; sharegpt .*; alpaca .*; prompt-completion .*; transcript .*; its keys are none$/
  ],
  [{ messages: [], text: "free text" }, /its keys are "messages", "text"$/],
  [{ chosen: "a", rejected: "b" }, /its keys are "chosen", "rejected"; ingest\.preferences reads preference pairs$/]
])("a bad row: %j", (row, message) => {
  expect(() => parse(row)).toThrow(message)
})

test("JSON Lines, an array, an array inside an object, Parquet and Arrow give the same rows", async () => {
  const rows = [
    { question: "When?", answer: "At dawn." },
    { question: "Why?", answer: "Light." }
  ]
  const expected = [
    { messages: plain, shape: "prompt-completion" },
    { messages: [user("Why?"), assistant("Light.")], shape: "prompt-completion" }
  ]
  const lines = rows.map((row) => JSON.stringify(row)).join("\n")
  expect(await read("a.jsonl", lines)).toEqual(expected)
  expect(await read("a.json", lines)).toEqual(expected)
  expect(await read("a.json", `\ufeff\n ${JSON.stringify(rows)}`)).toEqual(expected)
  expect(await read("a.json.gz", JSON.stringify({ data: rows }), { at: "data" })).toEqual(expected)
  expect(await read("a.arrow", tableToIPC(tableFromJSON(rows), "file"))).toEqual(expected)
  const columnData = ["question", "answer"].map((name) => ({ name, data: rows.map((row) => row[name as "answer"]) }))
  expect(await read("A.PARQUET", new Uint8Array(parquetWriteBuffer({ columnData })))).toEqual(expected)
})

test("an element nested too deep is a bad file", async () => {
  await expect(read("a.json", `[{"messages":${"[".repeat(200)}${"]".repeat(200)}}]`)).rejects.toThrow(
    /^is nested more than 100 deep/
  )
})

const archive = new URL("../../../../shared/data/gsm8k.tar.zst", import.meta.url).pathname

test("questions with worked answers, as they were published", async ({ skip }) => {
  skip(!existsSync(archive), "shared/data/gsm8k.tar.zst is not here")
  const names = execFileSync("tar", ["--zstd", "-tf", archive], { encoding: "utf8" }).split("\n")
  const file = names.find((name) => /train\.jsonl$/.test(name))!
  const bytes = execFileSync("tar", ["--zstd", "-xOf", archive, file], { maxBuffer: 1 << 26 })
  const rows = await read(file, bytes)
  expect(rows).toHaveLength(7473)
  for (const row of rows)
    expect(row).toMatchObject({ shape: "prompt-completion", messages: [{ role: "user" }, { role: "assistant" }] })
})
