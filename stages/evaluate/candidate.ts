// One model under evaluation: opened from its folder, asked every question, and scored on the reference answers.
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Adapter, CausalModel, Chat, Device } from "#sluice/model"
import type { Outcome } from "./outcome.ts"
import type { Question } from "./question.ts"

type Engine = typeof import("#sluice/model")

export interface Candidate {
  readonly name: string
  readonly model: CausalModel
  readonly adapter?: Adapter
  /** How questions are put to it: by its own template. */
  readonly chat: Chat
}

/** A complete model's folder, or an adapter's with the model it corrects in its `base` folder. */
export const openCandidate = async (engine: Engine, name: string, folder: string): Promise<Candidate> => {
  const isAdapter = existsSync(join(folder, "adapter_config.json"))
  const model = engine.loadModel(isAdapter ? join(folder, "base") : folder)
  const chat = await engine.Chat.open(model.tokenizer)
  return { name, model, chat, ...(isAdapter && { adapter: engine.loadAdapter(folder) }) }
}

/** Whether the question, its reference and an answer of `maxNewTokens` fit the model's positions. */
export const fits = (
  engine: Engine,
  { model, adapter, chat }: Candidate,
  { prompt, messages }: Question,
  maxNewTokens: number
): boolean => {
  const positions = model.config.maxPositions - engine.takenPositions(adapter)
  const asked = chat.render(prompt, { addGenerationPrompt: true }).ids.length + maxNewTokens
  return Math.max(asked, chat.render(messages).ids.length) <= positions
}

/**
 * Answers every question greedily and scores the references: nats over the answer's tokens and its end-of-turn mark.
 * Outcomes are in the order of the questions.
 */
export const examine = async (
  engine: Engine,
  { name, model, adapter, chat }: Candidate,
  questions: ReadonlyArray<Question>,
  settings: { readonly maxNewTokens: number; readonly threads: number; readonly device: Device }
): Promise<ReadonlyArray<Outcome>> => {
  const { maxNewTokens, ...means } = settings
  const shared = adapter === undefined ? means : { ...means, adapter }
  const sequences = questions.map(({ id, messages }) => ({
    rowId: id,
    ...chat.render(messages)
  }))
  const scores = await engine.scoreSequences(model, sequences, shared)
  const prompts = questions.map(({ prompt }) => chat.render(prompt, { addGenerationPrompt: true }))
  const answers = await engine.generate(
    model,
    prompts.map(({ ids }) => ids),
    { ...shared, maxNewTokens }
  )
  return questions.map(({ id, reference }, at) => {
    const answer = model.tokenizer.decode(answers[at]!.ids, { skipSpecial: true }).trim()
    return {
      id,
      model: name,
      answer,
      nll: -scores[at]!.logProb,
      tokens: scores[at]!.tokens,
      bytes: Buffer.byteLength(reference),
      exactMatch: engine.exactMatch(answer, reference),
      f1: engine.tokenF1(answer, reference),
      rougeL: engine.rougeL(answer, reference).f1
    }
  })
}
