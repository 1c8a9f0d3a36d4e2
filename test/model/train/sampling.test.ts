// Drawing tokens: which can come up, how often they do, and that seeds and not batches decide.
import { expect, test } from "vitest"
import { generate } from "../../../src/model/index.ts"
import { seededRandom } from "../../../src/model/random.ts"
import { drawToken, type Sampling } from "../../../src/model/train/sampling.ts"
import { randomSequences, tinyModel } from "../tiny-model.ts"

const scores = [1, 3, -2, 2.5, 0, 3]

const shares = (sampling: Sampling, seen: readonly number[] = [], draws = 4000): number[] => {
  const random = seededRandom(5)
  const counts = scores.map(() => 0)
  for (let draw = 0; draw < draws; draw++) counts[drawToken(Float32Array.from(scores), seen, sampling, random)]!++
  return counts.map((count) => count / draws)
}

const softmax = (values: readonly number[]): number[] => {
  const raised = values.map(Math.exp)
  return raised.map((value) => value / raised.reduce((sum, one) => sum + one, 0))
}

const none = Number.NEGATIVE_INFINITY

test.each<[string, Sampling, readonly number[], readonly number[]]>([
  ["the likeliest alone", {}, [], [none, 0, none, none, none, none]],
  ["all by their chance", { temperature: 1 }, [], scores],
  ["hotter", { temperature: 2 }, [], scores.map((score) => score / 2)],
  ["colder", { temperature: 0.5 }, [], scores.map((score) => score * 2)],
  ["three", { temperature: 1, topK: 3 }, [], [none, 3, none, 2.5, none, 3]],
  ["one of two that are equal", { temperature: 1, topK: 1 }, [], [none, 0, none, none, none, none]],
  ["more than there are", { temperature: 1, topK: 9 }, [], scores],
  ["half of the mass", { temperature: 1, topP: 0.5 }, [], [none, 3, none, none, none, 3]],
  ["the first beyond a small mass", { temperature: 1, topP: 0.01 }, [], [none, 0, none, none, none, none]],
  ["nearly all of the mass", { temperature: 1, topP: 0.97 }, [], [1, 3, none, 2.5, none, 3]],
  ["a mass of three", { temperature: 1, topK: 3, topP: 0.7 }, [], [none, 3, none, none, none, 3]],
  ["less of what was there", { temperature: 1, repetitionPenalty: 2 }, [1, 2, 2], [1, 1.5, -4, 2.5, 0, 3]],
  ["the likeliest of what was not there", { repetitionPenalty: 2 }, [1, 5], [none, none, none, 0, none, none]]
])("%s", (_title, sampling, seen, expected) => {
  const found = shares(sampling, seen)
  for (const [id, share] of softmax(expected).entries()) {
    if (share === 0) expect(found[id]).toBe(0)
    else expect(Math.abs(found[id]! - share)).toBeLessThan(0.025)
  }
})

test("large vocabularies: top k and top p agree with sorting", () => {
  const random = seededRandom(9)
  const many = Float32Array.from({ length: 5000 }, () => 4 * random.normal())
  const order = Array.from(many.keys()).sort((left, right) => many[right]! - many[left]!)
  const total = many.reduce((sum, score) => sum + Math.exp(score), 0)
  let mass = 0
  const nucleus = new Set(
    order.filter((id) => {
      const before = mass
      mass += Math.exp(many[id]!)
      return before < 0.6 * total
    })
  )
  const seen = new Set<number>()
  for (let draw = 0; draw < 3000; draw++) {
    const id = drawToken(many.slice(), [], { temperature: 1, topP: 0.6 }, random)
    seen.add(id)
    expect(nucleus.has(id)).toBe(true)
    expect(order.indexOf(drawToken(many.slice(), [], { temperature: 3, topK: 40 }, random))).toBeLessThan(40)
  }
  expect(seen.size).toBeGreaterThan(nucleus.size / 2)
})

const model = tinyModel(2)
const prompts = randomSequences([3, 17, 9, 4], model.config.vocabSize).map(({ ids }) => ids)
const shared = { maxNewTokens: 12, stopIds: [], threads: 1 }

test("a seed decides what is drawn, the batch does not", async () => {
  const sampling = { ...shared, temperature: 1, topP: 0.95, seed: 3 }
  const found = await generate(model, prompts, sampling)
  expect(await generate(model, prompts, { ...sampling, batchSize: 2 })).toEqual(found)
  expect(await generate(model, prompts, { ...sampling, seed: 4 })).not.toEqual(found)
  expect(new Set(found.map(({ ids }) => ids.join())).size).toBe(4)
})

test("nearly no temperature is greedy, and a penalty lets no token come twice", async () => {
  const greedy = await generate(model, prompts, shared)
  expect(await generate(model, prompts, { ...shared, temperature: 1e-6 })).toEqual(greedy)
  const [varied] = await generate(model, [prompts[0]!], { ...shared, repetitionPenalty: 1e6 })
  const all = [...prompts[0]!, ...varied!.ids]
  expect(new Set(varied!.ids).size).toBe(12)
  expect(new Set(all).size).toBe(new Set(prompts[0]).size + 12)
})

test("tokens are told as they come", async () => {
  const told: number[][] = prompts.map(() => [])
  const found = await generate(model, prompts, {
    ...shared,
    batchSize: 2,
    onToken: (place, id) => told[place]!.push(id)
  })
  expect(told).toEqual(found.map(({ ids }) => [...ids]))
})

test.each<[Sampling, string]>([
  [{ temperature: -1 }, "temperature -1 must be 0 or more."],
  [{ temperature: Number.NaN }, "temperature NaN must be 0 or more."],
  [{ topK: 0 }, "topK 0 must be a whole number from 1."],
  [{ topP: 1.5 }, "topP 1.5 must be above 0 and at most 1."],
  [{ repetitionPenalty: 0 }, "repetitionPenalty 0 must be above 0."]
])("%j is refused", async (sampling, message) => {
  await expect(generate(model, prompts, { ...shared, ...sampling })).rejects.toThrow(
    expect.objectContaining({ code: "SLUICE_BAD_SAMPLING", message })
  )
})
