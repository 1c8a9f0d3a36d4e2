// Draws the next token from its scores: penalty for repetition, temperature, the k likeliest, the likeliest of mass p.
import { ModelError } from "../model-error.ts"
import type { Random } from "../random.ts"

/** How a token is drawn; without any of it the likeliest is taken. */
export interface Sampling {
  /** Scores are divided by it; 0, which stands for the likeliest token, if not given. */
  readonly temperature?: number
  /** Only this many of the likeliest tokens, all if not given. */
  readonly topK?: number
  /** Only the likeliest tokens that together have this probability, all (1) if not given. */
  readonly topP?: number
  /**
   * Scores of tokens that stand in the prompt or the answer are divided by it where positive and multiplied where negative
   * (Keskar et al., arXiv 1909.05858); 1, which changes nothing, if not given.
   */
  readonly repetitionPenalty?: number
}

/** Whether the likeliest token is always taken, as it is scored. */
export const isGreedy = ({ temperature = 0, repetitionPenalty = 1 }: Sampling): boolean =>
  temperature === 0 && repetitionPenalty === 1

/** Throws `SLUICE_BAD_SAMPLING` for settings that mean nothing. */
export const checkSampling = (sampling: Sampling): void => {
  const { temperature = 0, topK = 1, topP = 1, repetitionPenalty = 1 } = sampling
  const wrong = !(temperature >= 0 && Number.isFinite(temperature))
    ? `temperature ${temperature} must be 0 or more`
    : !(Number.isInteger(topK) && topK >= 1)
      ? `topK ${topK} must be a whole number from 1`
      : !(topP > 0 && topP <= 1)
        ? `topP ${topP} must be above 0 and at most 1`
        : !(repetitionPenalty > 0 && Number.isFinite(repetitionPenalty))
          ? `repetitionPenalty ${repetitionPenalty} must be above 0`
          : undefined
  if (wrong !== undefined) throw new ModelError("SLUICE_BAD_SAMPLING", `${wrong}.`)
}

const likeliest = (scores: Float32Array): number => {
  let best = 0
  for (let id = 1; id < scores.length; id++) if (scores[id]! > scores[best]!) best = id
  return best
}

/** The `count`-th largest score: the smallest of those kept while going through all, in a heap with the smallest first. */
const cutOff = (scores: Float32Array, count: number): number => {
  if (count >= scores.length) return Number.NEGATIVE_INFINITY
  const kept = new Float32Array(count).fill(Number.NEGATIVE_INFINITY)
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id]!
    if (!(score > kept[0]!)) continue
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= count) break
      if (child + 1 < count && kept[child + 1]! < kept[child]!) child++
      if (kept[child]! >= score) break
      kept[place] = kept[child]!
      place = child
    }
    kept[place] = score
  }
  return kept[0]!
}

/** Ids with a score of at least `floor`, the likeliest first and the smaller id first among equals. */
const idsAbove = (scores: Float32Array, floor: number): number[] => {
  const ids: number[] = []
  for (let id = 0; id < scores.length; id++) if (scores[id]! >= floor) ids.push(id)
  return ids.sort((left, right) => scores[right]! - scores[left]! || left - right)
}

/** Changes scores in place: tokens seen before become less likely. */
const penalise = (scores: Float32Array, seen: Iterable<number>, penalty: number): void => {
  for (const id of new Set(seen)) scores[id]! *= scores[id]! > 0 ? 1 / penalty : penalty
}

/** Draws among `ids`, or all where none are given, by chances relative to that of the best; `mass` is their sum. */
const drawAmong = (
  chances: { readonly of: (id: number) => number; readonly mass: number; readonly count: number },
  ids: readonly number[] | undefined,
  random: Random
): number => {
  let rest = random.uniform() * chances.mass
  for (let place = 0; place < chances.count; place++) {
    const id = ids === undefined ? place : ids[place]!
    rest -= chances.of(id)
    if (rest < 0) return id
  }
  return ids === undefined ? chances.count - 1 : ids[chances.count - 1]!
}

/**
 * Draws one token. `scores` [vocabulary] are changed; `seen` are the ids of prompt and answer. The order is that of
 * transformers: penalty, temperature, top k, top p.
 */
export const drawToken = (scores: Float32Array, seen: Iterable<number>, sampling: Sampling, random: Random): number => {
  const { temperature = 0, topK, topP = 1, repetitionPenalty = 1 } = sampling
  if (repetitionPenalty !== 1) penalise(scores, seen, repetitionPenalty)
  const best = likeliest(scores)
  if (temperature === 0) return best
  const most = scores[best]!
  const of = (id: number): number => Math.exp((scores[id]! - most) / temperature)
  const total = (ids: readonly number[]): number => ids.reduce((sum, id) => sum + of(id), 0)
  let mass = 0
  if (topK === undefined) for (let id = 0; id < scores.length; id++) mass += of(id)
  if (topK === undefined && topP === 1) return drawAmong({ of, mass, count: scores.length }, undefined, random)
  // Tokens below this floor have, all together, less than 1 − p of the mass: the others are enough.
  const floor = topK === undefined ? most + temperature * Math.log((1 - topP) / scores.length) : cutOff(scores, topK)
  const ids = idsAbove(scores, floor).slice(0, topK)
  if (topK !== undefined) mass = total(ids)
  let kept = 0
  let keptMass = 0
  while (kept < ids.length && (topP === 1 || keptMass < topP * mass)) keptMass += of(ids[kept++]!)
  return drawAmong({ of, mass: keptMass, count: kept }, ids, random)
}
