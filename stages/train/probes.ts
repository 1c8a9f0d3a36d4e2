// The prompts on which a tuned model is tried, with the answers that the data has to them.
import type { CausalModel } from "#sluice/model"
import type { Example } from "./training.ts"

/** A prompt and the data's answer to it. */
export interface Probe {
  /** The row it is from. */
  readonly id: string
  readonly prompt: Int32Array
  /** The first supervised stretch behind it, without the token that ends an answer. */
  readonly reference: Int32Array
  /** Whether the data ends the answer there. */
  readonly ends: boolean
}

/** Tokens of an answer at most. */
const longestAnswer = 96

/** Tokens that an answer may have, for probes whose references have so many: half as many again. */
export const answerRoom = (probes: ReadonlyArray<Probe>): number => {
  const longest = probes.reduce((most, { reference }) => Math.max(most, reference.length), 0)
  return Math.min(longestAnswer, Math.ceil(1.5 * longest) + 8)
}

const probeOf = ({ id, sequence }: Example, stops: ReadonlySet<number>): ReadonlyArray<Probe> => {
  if (sequence === undefined) return []
  const { ids, mask } = sequence
  const start = mask.indexOf(1)
  if (start <= 0) return []
  const behind = mask.indexOf(0, start)
  const answer = ids.subarray(start, behind < 0 ? ids.length : behind)
  const end = answer.findIndex((token) => stops.has(token))
  return [
    { id, prompt: ids.slice(0, start), reference: answer.slice(0, end < 0 ? answer.length : end), ends: end >= 0 }
  ]
}

/**
 * Up to `count` different prompts at equal distances, those that leave room for an answer in the model's positions, of
 * which `taken` are an adapter's. None where every token is supervised, as in plain text: there is no prompt then.
 */
export const chooseProbes = (
  { config }: CausalModel,
  examples: ReadonlyArray<Example>,
  count: number,
  taken: number
): ReadonlyArray<Probe> => {
  if (count === 0) return []
  const stops = new Set(config.eosIds)
  const different = new Map<string, Probe>()
  for (const probe of examples.flatMap((example) => probeOf(example, stops))) {
    const key = probe.prompt.join(" ")
    if (!different.has(key)) different.set(key, probe)
  }
  const room = config.maxPositions - taken - answerRoom([...different.values()])
  const fitting = [...different.values()].filter(({ prompt }) => prompt.length <= room)
  const many = Math.min(count, fitting.length)
  return Array.from({ length: many }, (_, at) => fitting[Math.floor((at * fitting.length) / many)]!)
}
