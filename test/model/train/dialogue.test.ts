// A text that grows turn by turn against reading it anew: the same answers, whatever is in the cache.
import { beforeAll, describe, expect, test } from "vitest"
import {
  type CausalModel,
  createLora,
  createPrefix,
  createPrompt,
  generate,
  trainCausal
} from "../../../src/model/index.ts"
import { seededRandom } from "../../../src/model/random.ts"
import { Dialogue } from "../../../src/model/train/dialogue.ts"
import { tinyModel, tinyText, wholeSequence } from "../tiny-model.ts"

describe.each([16, 4])("heads of width %i", (headDim) => {
  let model: CausalModel

  beforeAll(async () => {
    const fresh = tinyModel(1, { headDim })
    const sequences = tinyText.map((text, place) => wholeSequence(fresh.tokenizer, text, `${place}`))
    const options = { maxLength: 64, batchSize: 4, epochs: 12, lr: 1e-2, threads: 1 }
    const { config, ...trained } = (await trainCausal({ model: fresh, sequences, options })).model
    model = { ...trained, config: { ...config, maxPositions: 3000 } }
  })

  const random = (count: number, name: string): Int32Array => {
    const draws = seededRandom(4, name)
    return Int32Array.from({ length: count }, () => Math.floor(draws.uniform() * model.config.vocabSize))
  }

  test.each([
    ["greedy", {}],
    ["drawn", { temperature: 1, topP: 0.9, seed: 5 }]
  ])("turn after turn, %s", async (_title, sampling) => {
    const settings = { maxNewTokens: 9, stopIds: [], threads: 1, ...sampling }
    const dialogue = new Dialogue({ model }, settings)
    const text: number[] = []
    // Turns that fill a stretch, end within one, span several, and outgrow the first cache.
    for (const [turn, length] of [3, 52, 64, 1, 200, 900, 5].entries()) {
      text.push(...random(length, `turn ${turn}`))
      const found = await dialogue.answer(Int32Array.from(text))
      expect(found).toEqual((await generate(model, [Int32Array.from(text)], settings))[0])
      text.push(...found.ids)
    }
    // Another beginning, a text that is the beginning of the last, and the same again.
    const other = random(70, "other")
    for (const prompt of [other, other.slice(0, 20), other.slice(0, 20), Int32Array.from(text.slice(0, 300))]) {
      expect(await dialogue.answer(prompt)).toEqual((await generate(model, [prompt], settings))[0])
    }
    await dialogue.dispose()
  })

  test("with an adapter, stopping, and near the last position", async () => {
    const adapter = createLora(model, { rank: 2, targets: ["q_proj", "up_proj"], seed: 3 })
    for (const [name, { data }] of adapter.weights) if (name.includes("lora_B")) data.fill(0.05)
    const settings = { threads: 1, maxNewTokens: 12 }
    const prompt = model.tokenizer.encode("The sluice")
    const [free] = await generate(model, [prompt], { ...settings, adapter, stopIds: [] })
    const stopIds = [free!.ids[5]!]
    const dialogue = new Dialogue({ model, adapter }, { ...settings, stopIds })
    const stopped = await dialogue.answer(prompt)
    expect(stopped).toEqual((await generate(model, [prompt], { ...settings, adapter, stopIds }))[0])
    expect(stopped.stopped).toBe(true)
    await dialogue.dispose()
    const short = { ...model, config: { ...model.config, maxPositions: 90 } }
    const told: number[] = []
    const narrow = new Dialogue({ model: short }, { ...settings, stopIds: [], onToken: (id) => told.push(id) })
    const long = random(85, "long")
    const found = await narrow.answer(long)
    expect(found).toEqual((await generate(short, [long], { ...settings, maxNewTokens: 5, stopIds: [] }))[0])
    expect(told).toEqual([...found.ids])
    await expect(narrow.answer(random(90, "too long"))).rejects.toMatchObject({ code: "SLUICE_PROMPT_TOO_LONG" })
    await expect(narrow.answer(new Int32Array())).rejects.toMatchObject({ code: "SLUICE_EMPTY_PROMPT" })
    await narrow.dispose()
  })

  test.each([
    ["virtual tokens", () => createPrompt(model, { tokens: 3, init: "vocabulary" })],
    ["a prefix", () => createPrefix(model, { tokens: 3 })]
  ] as const)("with an adapter that puts %s before the text", async (_, create) => {
    const adapter = create()
    const settings = { threads: 1, maxNewTokens: 8, stopIds: [] }
    const prompt = model.tokenizer.encode("The sluice")
    const dialogue = new Dialogue({ model, adapter }, settings)
    const found = await dialogue.answer(prompt)
    expect(found).toEqual((await generate(model, [prompt], { ...settings, adapter }))[0])
    expect(found).not.toEqual((await generate(model, [prompt], settings))[0])
    await dialogue.dispose()
  })
})
