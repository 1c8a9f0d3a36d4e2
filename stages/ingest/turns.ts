// Turns of conversations as data sets write them, brought to roles and text.
import * as Schema from "effect/Schema"

const Role = Schema.Literals(["system", "user", "assistant", "tool"])

/** A call of a tool, as OpenAI writes it: `arguments` is JSON in text. */
const ToolCall = Schema.Struct({
  id: Schema.optional(Schema.String),
  type: Schema.Literal("function"),
  function: Schema.Struct({ name: Schema.String, arguments: Schema.String })
})

/** A conversation: turns in order, as `train` takes them. */
export const Messages = Schema.Array(
  Schema.Struct({
    role: Role,
    content: Schema.String,
    tool_calls: Schema.optional(Schema.Array(ToolCall)),
    tool_call_id: Schema.optional(Schema.String),
    name: Schema.optional(Schema.String)
  })
)

export type Turn = (typeof Messages.Type)[number]
export type Row = { readonly [column: string]: unknown }

const roles: { readonly [name: string]: Turn["role"] } = {
  system: "system",
  developer: "system",
  user: "user",
  human: "user",
  prompter: "user",
  assistant: "assistant",
  gpt: "assistant",
  chatgpt: "assistant",
  bot: "assistant",
  bing: "assistant",
  bard: "assistant",
  model: "assistant",
  function_call: "assistant",
  tool: "tool",
  function: "tool",
  observation: "tool"
}

export const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== ""
export const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Whether a value is a list of turns, of either notation; a text that holds such a list in JSON counts too. */
export const turnList = (value: unknown): ReadonlyArray<Row> | undefined => {
  const list = typeof value === "string" && /^\s*\[/.test(value) ? parsed(value) : value
  return Array.isArray(list) && list.length > 0 && list.every((one) => isRow(one) && nameOf(one) !== undefined)
    ? list
    : undefined
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const nameOf = (turn: Row): unknown => turn["role"] ?? turn["from"]

/** Whether turns are written as ShareGPT writes them: `from` and `value`. */
export const isFromValue = (turns: ReadonlyArray<Row>): boolean => turns.every((turn) => turn["role"] === undefined)

/** The turns; an Error names the turn that has another role, no text, or a call that is none. */
export const turnsOf = (list: ReadonlyArray<Row>): ReadonlyArray<Turn> =>
  list.map((turn, index) => {
    const name = nameOf(turn)
    const at = `has turn ${index + 1}`
    const role = typeof name === "string" ? roles[name.toLowerCase()] : undefined
    if (role === undefined)
      throw new Error(`${at} of the role ${JSON.stringify(name)}; roles are ${Object.keys(roles).join(", ")}`)
    const value = turn["content"] ?? turn["value"] ?? turn["text"]
    // ShareGPT has a turn for a call, whose text is the call.
    if (name === "function_call") return { role, content: "", tool_calls: callsOf(value, at) }
    const called = isCall(turn["tool_calls"]) ? turn["tool_calls"] : turn["function_call"]
    const calls = isCall(called) ? { tool_calls: callsOf(called, at) } : {}
    const content = (value === undefined || value === null) && isCall(called) ? "" : contentOf(value, at)
    return { role, content, ...calls, ...texts(turn, ["tool_call_id", "name"]) }
  })

const texts = (turn: Row, names: ReadonlyArray<"tool_call_id" | "name">): { readonly [name: string]: string } =>
  Object.fromEntries(names.flatMap((name) => (isText(turn[name]) ? [[name, turn[name]]] : [])))

const isCall = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)

/** Calls of tools: one or several, in OpenAI's form or as name and arguments alone, as values or in JSON. */
const callsOf = (value: unknown, at: string): ReadonlyArray<typeof ToolCall.Type> => {
  const calls = typeof value === "string" ? parsed(value) : value
  return (Array.isArray(calls) ? calls : [calls]).map((call: unknown) => {
    const called = isRow(call) && isRow(call["function"]) ? call["function"] : call
    if (!isRow(called) || !isText(called["name"])) throw new Error(`${at} with a tool call that names no function`)
    const given = called["arguments"] ?? called["parameters"] ?? {}
    return {
      ...(isRow(call) && isText(call["id"]) ? { id: call["id"] } : {}),
      type: "function" as const,
      function: { name: called["name"], arguments: typeof given === "string" ? given : JSON.stringify(given) }
    }
  })
}

/** Text, or parts that are all text. */
const contentOf = (content: unknown, at: string): string => {
  if (typeof content === "string") return content
  if (!Array.isArray(content)) throw new Error(`${at} without text`)
  return content
    .map((part) => {
      if (typeof part === "string") return part
      if (isRow(part) && part["type"] === "text" && typeof part["text"] === "string") return part["text"]
      throw new Error(
        `${at} with a part ${isRow(part) ? `of type ${JSON.stringify(part["type"])}` : "that is no text"}`
      )
    })
    .join("")
}

/** The turns of a transcript, `\n\nHuman: …\n\nAssistant: …`; undefined where a text does not begin so. */
export const transcript = (value: unknown): ReadonlyArray<Turn> | undefined => {
  if (typeof value !== "string" || !/^\s*Human:/.test(value)) return undefined
  const parts = `\n\n${value.trim()}`.split(/\n\n(Human|Assistant):/)
  const turns: Array<Turn> = []
  for (let i = 1; i < parts.length; i += 2)
    turns.push({ role: parts[i] === "Human" ? "user" : "assistant", content: parts[i + 1]!.trim() })
  return turns
}

/** A system turn before others that have none. */
export const withSystem = (turns: ReadonlyArray<Turn>, system: unknown): ReadonlyArray<Turn> =>
  isText(system) && turns[0]?.role !== "system" ? [{ role: "system", content: system }, ...turns] : turns

/** An instruction and what it is about, a blank line between them. */
export const instructed = (row: Row): string =>
  isText(row["input"]) ? `${row["instruction"]}\n\n${row["input"]}` : String(row["instruction"])

/** What a row has of the columns that are kept beside its conversation. */
export const kept = (row: Row, schema: Schema.Struct<Schema.Struct.Fields> | undefined): Row =>
  Object.fromEntries(Object.keys(schema?.fields ?? {}).flatMap((name) => (name in row ? [[name, row[name]]] : [])))

/** The names of an object's keys, to be told. */
export const keysOf = (row: Row): string =>
  Object.keys(row).length === 0
    ? "none"
    : Object.keys(row)
        .slice(0, 20)
        .map((key) => `"${key}"`)
        .join(", ")
