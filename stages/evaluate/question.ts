// What a model is asked: the turns before a conversation's last answer, and the answer it is measured against.
import type { Identified } from "#sluice"
import { share } from "#sluice"

export interface Message {
  readonly role: string
  readonly content: string
}

export interface Question {
  readonly id: string
  /** The turns before the answer. */
  readonly prompt: ReadonlyArray<Message>
  readonly messages: ReadonlyArray<Message>
  /** The last user turn, for reading. */
  readonly question: string
  readonly reference: string
}

/** The question of a row, or undefined where no assistant turn says anything. Turns after the answer are left out. */
const questionOf = ({ id, row }: Identified<{ readonly messages: ReadonlyArray<Message> }>): Question | undefined => {
  const last = row.messages.findLastIndex(({ role }) => role === "assistant")
  const reference = row.messages[last]?.content ?? ""
  if (reference.trim() === "") return undefined
  const prompt = row.messages.slice(0, last)
  const question = prompt.findLast(({ role }) => role === "user")?.content ?? ""
  return { id, prompt, messages: row.messages.slice(0, last + 1), question, reference }
}

/** Questions in dataset order, and the rows that are none. */
export const readQuestions = (rows: ReadonlyArray<Identified<{ readonly messages: ReadonlyArray<Message> }>>) => {
  const questions: Question[] = []
  const without: string[] = []
  for (const row of rows) {
    const question = questionOf(row)
    if (question === undefined) without.push(row.id)
    else questions.push(question)
  }
  return { questions, without }
}

/** Up to `limit` questions, chosen by hashing their ids, so that the choice is stable when other rows come and go. */
export const chooseQuestions = (questions: ReadonlyArray<Question>, limit: number, seed: number) => {
  const drawn = questions.map((question) => ({ question, at: share(question.id, seed) })).sort((a, b) => a.at - b.at)
  const chosen = new Set(drawn.slice(0, limit).map(({ question }) => question.id))
  return {
    chosen: questions.filter(({ id }) => chosen.has(id)),
    rest: questions.filter(({ id }) => !chosen.has(id))
  }
}
