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

/** Takes all scores but the `count` largest out; of equal ones those with the smaller ids stay. */
const keepLargest = (scores: Float32Array, count: number): void => {
  const floor = cutOff(scores, count)
  let equal = count
  for (let id = 0; id < scores.length; id++) if (scores[id]! > floor) equal--
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id]!
    if (score < floor || (score === floor && --equal < 0)) scores[id] = Number.NEGATIVE_INFINITY
  }
}

/** Bits of an f32 that are left out of its class: with 16, numbers of a class are at most 1/128 apart. */
const classBits = 16

/**
 * Sets to 0 all chances but the largest that together have the share `topP` of `mass`, and gives the mass of these. Chances
 * are in [0, 1]; their bits are in the order of their sizes, so that the mass of each class of sizes says which class the
 * last of them is in, and only that one is sorted.
 */
const keepNucleus = (chances: Float32Array, mass: number, topP: number): number => {
  const bits = new Uint32Array(chances.buffer, chances.byteOffset, chances.length)
  const masses = new Float64Array((0x3f800000 >>> classBits) + 1)
  for (let id = 0; id < chances.length; id++) masses[bits[id]! >>> classBits]! += chances[id]!
  const wanted = topP * mass
  let kept = 0
  let last = masses.length - 1
  while (last > 0 && kept + masses[last]! < wanted) kept += masses[last--]!
  const border: number[] = []
  for (let id = 0; id < chances.length; id++) {
    const one = bits[id]! >>> classBits
    if (one === last) border.push(id)
    else if (one < last) chances[id] = 0
  }
  border.sort((left, right) => chances[right]! - chances[left]! || left - right)
  for (const id of border) {
    if (kept < wanted) kept += chances[id]!
    else chances[id] = 0
  }
  return kept
}

/** Changes scores in place: tokens seen before become less likely. */
const penalise = (scores: Float32Array, seen: Iterable<number>, penalty: number): void => {
  for (const id of new Set(seen)) scores[id]! *= scores[id]! > 0 ? 1 / penalty : penalty
}

/**
 * Draws one token. `scores` [vocabulary] are used up; `seen` are the ids of prompt and answer. The order is that of
 * transformers: penalty, temperature, top k, top p.
 */
export const drawToken = (scores: Float32Array, seen: Iterable<number>, sampling: Sampling, random: Random): number => {
  const { temperature = 0, topK, topP = 1, repetitionPenalty = 1 } = sampling
  if (repetitionPenalty !== 1) penalise(scores, seen, repetitionPenalty)
  const best = likeliest(scores)
  if (temperature === 0) return best
  if (topK !== undefined && topK < scores.length) keepLargest(scores, topK)
  const most = scores[best]!
  let mass = 0
  for (let id = 0; id < scores.length; id++) {
    scores[id] = Math.exp((scores[id]! - most) / temperature)
    mass += scores[id]!
  }
  if (topP < 1) mass = keepNucleus(scores, mass, topP)
  let rest = random.uniform() * mass
  let last = best
  for (let id = 0; id < scores.length; id++) {
    if (scores[id] === 0) continue
    rest -= scores[id]!
    if (rest < 0) return id
    last = id
  }
  return last
}
