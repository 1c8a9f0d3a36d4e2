// What is wrong with an answer before its content is looked at: template in it, nothing in it, no end, the prompt again, a refusal.
import { isRefusal } from "#sluice/text"
import type { Tokenizer } from "#sluice/model"
import type { Probe } from "./probes.ts"

export const answerFaults = ["leaked", "empty", "unended", "echo", "refusal"] as const
export type AnswerFault = (typeof answerFaults)[number]

/** An answer as it was generated. */
export interface Answer {
  /** Without the token that ended it. */
  readonly ids: ArrayLike<number>
  /** Whether a token ended it, and not the limit. */
  readonly stopped: boolean
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, " ").trim()

/** The last line of the tokens that all prompts end with: what a template puts before an answer. */
export const sharedEnding = (tokenizer: Tokenizer, probes: ReadonlyArray<Probe>): string => {
  const [first, ...others] = probes
  if (first === undefined || others.length === 0) return ""
  let shared = 0
  while (
    shared < first.prompt.length &&
    others.every(({ prompt }) => prompt.at(-1 - shared) === first.prompt.at(-1 - shared))
  )
    shared++
  const ending = tokenizer.decode(first.prompt.subarray(first.prompt.length - shared)).trim()
  return ending.slice(ending.lastIndexOf("\n") + 1).trim()
}

/** The shortest such ending that an answer cannot have by chance, in characters. */
const shortestEnding = 4

/** Words from which an answer that stands in the prompt is a repetition of it. */
const echoedWords = 4

/**
 * The first fault of an answer: `leaked`, a special token or the ending that all prompts share; `empty`; `unended`, the
 * limit was met where the data ends its answer; `echo`, four words or more that stand in the prompt, where the data's answer
 * does not; `refusal`, in English, where the data does not refuse. Undefined where there is none.
 */
export const faultOf = (
  tokenizer: Tokenizer,
  { prompt, reference, ends }: Probe,
  { ids, stopped }: Answer,
  ending: string
): AnswerFault | undefined => {
  const [answer, wanted, asked] = [ids, reference, prompt].map((one) => tokenizer.decode(one, { skipSpecial: true }))
  if (Array.from(ids).some((id) => tokenizer.isSpecial(id))) return "leaked"
  if (ending.length >= shortestEnding && answer!.includes(ending)) return "leaked"
  if (answer!.trim() === "" && wanted!.trim() !== "") return "empty"
  if (!stopped && ends) return "unended"
  const [said, question] = [plain(answer!), plain(asked!)]
  const repeats = said.split(" ").length >= echoedWords && question.includes(said)
  if (repeats && !question.includes(plain(wanted!))) return "echo"
  return isRefusal(answer!) && !isRefusal(wanted!) ? "refusal" : undefined
}
