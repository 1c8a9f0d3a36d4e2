// ingest.preferences: each known shape becomes a prompt and two answers; rows of no shape say what was tried.
import { expect, test } from "vitest"
import { preferences } from "../../../stages/ingest/preferences.ts"
import { decodedDefaults, type Source } from "../declared.ts"

const source = preferences.declaration as Source & { readonly options: object }
const defaults = decodedDefaults(source.options as never)
const parse = (row: unknown, options: object = {}) =>
  source.parse(Buffer.from(JSON.stringify(row)), { ...defaults, ...options }, "a.jsonl")

const user = (content: string) => ({ role: "user", content })
const assistant = (content: string) => ({ role: "assistant", content })
const system = (content: string) => ({ role: "system", content })
const pair = { prompt: [user("When?")], chosen: [assistant("At dawn.")], rejected: [assistant("Never.")] }
const two = { chosen: "At dawn.", rejected: "Never." }

test.each([
  [
    "openai",
    {
      input: { messages: pair.prompt, tools: [] },
      preferred_output: pair.chosen,
      non_preferred_output: pair.rejected
    },
    pair
  ],
  ["alpaca", { instruction: "When?", input: "", ...two }, pair],
  ["alpaca", { instruction: "When?", output: ["At dawn.", "Never."] }, pair],
  [
    "alpaca",
    { instruction: "Say", input: "when", system: "Brief.", ...two },
    { ...pair, prompt: [system("Brief."), user("Say\n\nwhen")] }
  ],
  [
    "transcript",
    {
      chosen: "\n\nHuman: When?\n\nAssistant: At dawn.",
      rejected: "\n\nHuman: When?\n\nAssistant: Never."
    },
    pair
  ],
  [
    "transcript",
    {
      chosen: "\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: When?\n\nAssistant: At dawn.",
      rejected: "\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: When?\n\nAssistant: "
    },
    { prompt: [user("Hi"), assistant("Yes?"), user("When?")], chosen: pair.chosen, rejected: [assistant("")] }
  ],
  ["prompted", { prompt: "When?", ...two }, pair],
  ["prompted", { prompt: [user("When?")], chosen: pair.chosen, rejected: pair.rejected }, pair],
  ["prompted", { question: "When?", system: "Brief.", ...two }, { ...pair, prompt: [system("Brief."), user("When?")] }],
  ["prompted", { prompt: "\n\nHuman: When?\n\nAssistant:", ...two }, pair],
  [
    "prompted",
    {
      conversations: [{ from: "human", value: "When?" }],
      chosen: { from: "gpt", value: "At dawn." },
      rejected: { from: "gpt", value: "Never." }
    },
    pair
  ],
  [
    "conversations",
    { prompt: "When?", chosen: [user("When?"), ...pair.chosen], rejected: [user("When?"), ...pair.rejected] },
    pair
  ],
  [
    "conversations",
    { chosen: [user("When?"), ...pair.chosen], rejected: [user("When?"), ...pair.chosen] },
    { ...pair, rejected: pair.chosen }
  ]
])("%s: %j", (shape, row, expected) => {
  expect(parse(row)).toEqual({ ...expected, shape })
})

test.each([
  [
    two,
    /^is no preference pair: tried openai .*; alpaca .*; transcript .*; prompted .*; conversations .*; its keys are "chosen", "rejected"$/
  ],
  [{ prompt: "When?", chosen: "At dawn." }, /its keys are "prompt", "chosen"$/],
  [
    { chosen: [user("When?"), ...pair.chosen], rejected: [user("Why?"), ...pair.rejected] },
    "has no turn that its two answers share: there is no prompt"
  ],
  [
    { prompt: "When?", chosen: [{ role: "critic", content: "x" }], rejected: pair.rejected },
    /^has turn 1 of the role "critic"/
  ]
])("a bad row: %j", (row, message) => {
  expect(() => parse(row)).toThrow(message)
})

test("a shape that is named is the only one", () => {
  expect(() => parse({ prompt: "When?", ...two }, { shape: "openai" })).toThrow(
    /^is no preference pair: tried openai \(/
  )
})
