// Shapes of preference pairs in data sets: what was asked, the answer that was preferred and the one that was not.
import {
  instructed,
  isRow,
  isText,
  keysOf,
  type Row,
  transcript,
  type Turn,
  turnList,
  turnsOf,
  withSystem
} from "./turns.ts"

export const preferenceShapes = ["openai", "alpaca", "transcript", "prompted", "conversations"] as const
export type PreferenceShape = (typeof preferenceShapes)[number]

export interface Preference {
  readonly prompt: ReadonlyArray<Turn>
  readonly chosen: ReadonlyArray<Turn>
  readonly rejected: ReadonlyArray<Turn>
}

type Read = (row: Row) => Preference | undefined

const user = (content: string): ReadonlyArray<Turn> => [{ role: "user", content }]

/** An answer: text, one turn, or turns. */
const answer = (value: unknown): ReadonlyArray<Turn> | undefined => {
  if (typeof value === "string") {
    const list = turnList(value)
    return list === undefined ? [{ role: "assistant", content: value }] : turnsOf(list)
  }
  const list = turnList(isRow(value) ? [value] : value)
  return list === undefined ? undefined : turnsOf(list)
}

const same = (a: Turn, b: Turn | undefined): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Two conversations cut where they part, but not before the last answer of either. */
const parted = (chosen: ReadonlyArray<Turn>, rejected: ReadonlyArray<Turn>): Preference => {
  const most = Math.min(chosen.length, rejected.length) - 1
  let shared = 0
  while (shared < most && same(chosen[shared]!, rejected[shared])) shared++
  return { prompt: chosen.slice(0, shared), chosen: chosen.slice(shared), rejected: rejected.slice(shared) }
}

const openai: Read = (row) => {
  const input = isRow(row["input"]) ? turnList(row["input"]["messages"]) : undefined
  const [chosen, rejected] = [turnList(row["preferred_output"]), turnList(row["non_preferred_output"])]
  if (input === undefined || chosen === undefined || rejected === undefined) return undefined
  return { prompt: turnsOf(input), chosen: turnsOf(chosen), rejected: turnsOf(rejected) }
}

const alpaca: Read = (row) => {
  if (typeof row["instruction"] !== "string") return undefined
  const outputs = Array.isArray(row["output"]) && row["output"].length === 2 ? row["output"] : []
  const [chosen, rejected] = [answer(row["chosen"] ?? outputs[0]), answer(row["rejected"] ?? outputs[1])]
  if (chosen === undefined || rejected === undefined) return undefined
  return { prompt: withSystem(user(instructed(row)), row["system"]), chosen, rejected }
}

const transcribed: Read = (row) => {
  const [chosen, rejected] = [transcript(row["chosen"]), transcript(row["rejected"])]
  return chosen === undefined || rejected === undefined ? undefined : parted(chosen, rejected)
}

const prompted: Read = (row) => {
  const written = ["prompt", "question", "messages", "conversations", "query"].map((name) => row[name])
  const asked = written.find((value) => isText(value) || turnList(value) !== undefined)
  const [chosen, rejected] = [answer(row["chosen"]), answer(row["rejected"])]
  if (asked === undefined || chosen === undefined || rejected === undefined) return undefined
  // Whole conversations that say their prompt themselves.
  if (chosen[0]?.role !== "assistant" && rejected[0]?.role !== "assistant") return undefined
  const list = turnList(asked)
  const prompt = list === undefined ? (transcript(asked) ?? user(String(asked))) : turnsOf(list)
  // A transcript may end with the name of who is to speak.
  const last = prompt.at(-1)
  const open = last?.role === "assistant" && last.content === "" ? prompt.slice(0, -1) : prompt
  return { prompt: withSystem(open, row["system"]), chosen, rejected }
}

const conversations: Read = (row) => {
  const [chosen, rejected] = [turnList(row["chosen"]), turnList(row["rejected"])]
  if (chosen === undefined || rejected === undefined) return undefined
  const pair = parted(turnsOf(chosen), turnsOf(rejected))
  return { ...pair, prompt: withSystem(pair.prompt, row["system"]) }
}

const reads: { readonly [S in PreferenceShape]: Read } = {
  openai,
  alpaca,
  transcript: transcribed,
  prompted,
  conversations
}

const tried: { readonly [S in PreferenceShape]: string } = {
  openai: '"input" with messages, "preferred_output" and "non_preferred_output"',
  alpaca: '"instruction" with "chosen" and "rejected", or with two outputs',
  transcript: '"chosen" and "rejected" that begin with Human:',
  prompted: '"prompt" with "chosen" and "rejected"',
  conversations: '"chosen" and "rejected" of turns'
}

/** The pair of a row and its shape, the first that fits or the one that is asked for; an Error says what was tried. */
export const preferenceOf = (
  row: Row,
  asked: PreferenceShape | "detect"
): { readonly shape: PreferenceShape; readonly pair: Preference } => {
  const shapes = asked === "detect" ? preferenceShapes : [asked]
  for (const shape of shapes) {
    const pair = reads[shape](row)
    if (pair === undefined) continue
    if (pair.prompt.length === 0) throw new Error("has no turn that its two answers share: there is no prompt")
    return { shape, pair }
  }
  const what = shapes.map((shape) => `${shape} (${tried[shape]})`).join("; ")
  throw new Error(`is no preference pair: tried ${what}; its keys are ${keysOf(row)}`)
}
