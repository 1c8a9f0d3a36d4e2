// Shapes of conversations in data sets: each tells whether a row is of it, and gives the row's turns.
import {
  instructed,
  isFromValue,
  keysOf,
  type Row,
  transcript,
  type Turn,
  turnList,
  turnsOf,
  withSystem
} from "./turns.ts"

export const chatShapes = ["messages", "sharegpt", "alpaca", "prompt-completion", "transcript"] as const
export type ChatShape = (typeof chatShapes)[number]

/** Where lists of turns stand. */
const lists = ["messages", "conversations", "conversation"] as const

/** Names of a prompt and of what answers it. */
const pairs = [
  ["prompt", "completion"],
  ["prompt", "response"],
  ["prompt", "answer"],
  ["question", "answer"],
  ["question", "response"],
  ["query", "response"],
  ["query", "answer"]
] as const

/** Names of a transcript. */
const transcripts = ["text", "transcript", "conversation"] as const

type Read = (row: Row) => ReadonlyArray<Turn> | undefined

const listed = (row: Row, fromValue: boolean): ReadonlyArray<Turn> | undefined => {
  for (const name of lists) {
    const list = turnList(row[name])
    if (list !== undefined && isFromValue(list) === fromValue) return withSystem(turnsOf(list), row["system"])
  }
  return undefined
}

const alpaca: Read = (row) => {
  const output = row["output"] ?? row["response"]
  if (typeof row["instruction"] !== "string" || typeof output !== "string") return undefined
  const history = Array.isArray(row["history"]) ? row["history"] : []
  const before = history.flatMap((round): ReadonlyArray<Turn> => {
    if (!Array.isArray(round) || round.length !== 2) throw new Error('has a "history" that is no list of pairs')
    return [
      { role: "user", content: String(round[0]) },
      { role: "assistant", content: String(round[1]) }
    ]
  })
  const turns: ReadonlyArray<Turn> = [
    ...before,
    { role: "user", content: instructed(row) },
    { role: "assistant", content: output }
  ]
  return withSystem(turns, row["system"])
}

const promptCompletion: Read = (row) => {
  for (const [before, after] of pairs) {
    const [prompt, completion] = [row[before], row[after]]
    const [asked, answered] = [turnList(prompt), turnList(completion)]
    if (asked !== undefined && answered !== undefined)
      return withSystem([...turnsOf(asked), ...turnsOf(answered)], row["system"])
    if (typeof prompt !== "string" || typeof completion !== "string") continue
    const turns: ReadonlyArray<Turn> = [
      { role: "user", content: prompt },
      { role: "assistant", content: completion }
    ]
    return withSystem(turns, row["system"])
  }
  return undefined
}

const reads: { readonly [S in ChatShape]: Read } = {
  messages: (row) => listed(row, false),
  sharegpt: (row) => listed(row, true),
  alpaca,
  "prompt-completion": promptCompletion,
  transcript: (row) => transcripts.map((name) => transcript(row[name])).find((turns) => turns !== undefined)
}

const tried: { readonly [S in ChatShape]: string } = {
  messages: '"messages" of role and content',
  sharegpt: '"conversations" of from and value',
  alpaca: '"instruction" and "output"',
  "prompt-completion": pairs.map(([a, b]) => `"${a}" and "${b}"`).join(", "),
  transcript: '"text" that begins with Human:'
}

/** The conversation of a row and its shape, the first that fits or the one that is asked for; an Error says what was tried. */
export const chatOf = (
  row: Row,
  asked: ChatShape | "detect"
): { readonly shape: ChatShape; readonly turns: ReadonlyArray<Turn> } => {
  const shapes = asked === "detect" ? chatShapes : [asked]
  for (const shape of shapes) {
    const turns = reads[shape](row)
    if (turns !== undefined) return { shape, turns }
  }
  const pair = "chosen" in row && "rejected" in row ? "; ingest.preferences reads preference pairs" : ""
  const what = shapes.map((shape) => `${shape} (${tried[shape]})`).join("; ")
  throw new Error(`is no conversation: tried ${what}; its keys are ${keysOf(row)}${pair}`)
}
