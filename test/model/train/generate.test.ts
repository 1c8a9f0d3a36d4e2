// Decoding with a cache against reading the whole text again for every token.
import { beforeAll, describe, expect, test } from "vitest"
import { type CausalModel, createLora, generate, mergeAdapter, trainCausal } from "../../../src/model/index.ts"
import { layOutBatch, type TokenSequence } from "../../../src/model/train/batch.ts"
import { bindTensors, createBinding } from "../../../src/model/train/binding.ts"
import { decoderHidden, decoderLogits, packedAttention } from "../../../src/model/train/decoder.ts"
import { Session } from "../../../src/model/train/session.ts"
import { TensorGraph } from "../../../src/model/train/tensor-graph.ts"
import { randomSequences, tinyModel, tinyText, wholeSequence } from "../tiny-model.ts"

// Heads of a width that ONNX Runtime's own attention takes, and of one that it does not.
describe.each([16, 4])("heads of width %i", (headDim) => {
  let model: CausalModel

  beforeAll(async () => {
    const fresh = tinyModel(1, { headDim })
    const sequences = tinyText.map((text, place) => wholeSequence(fresh.tokenizer, text, `${place}`))
    const options = { maxLength: 64, batchSize: 4, epochs: 12, lr: 1e-2, threads: 1 }
    model = (await trainCausal({ model: fresh, sequences, options })).model
  })

  const wholeForward = async (prompt: Int32Array, count: number, length: number): Promise<number[]> => {
    const graph = new TensorGraph()
    const binding = createBinding(graph, bindTensors(graph, model.weights, false))
    const ids = graph.input("ids", [length], "int64")
    const positions = graph.input("positions", [length], "int64")
    const segments = graph.input("segments", [1, length], "int64")
    const input = { ids, positions, positionLimit: length, batch: 1, time: length }
    const hidden = decoderHidden(
      graph,
      model.config,
      binding,
      input,
      packedAttention(graph, model.config, binding, input, segments)
    )
    graph.output(decoderLogits(model.config, binding, hidden), "logits")
    const session = await Session.compile(graph, { threads: 1 })
    const text = [...prompt]
    for (let step = 0; step < count; step++) {
      const row: TokenSequence = { ids: Int32Array.from(text), mask: new Uint8Array(text.length), rowId: "" }
      const rows = [[{ sequence: 0, start: 0, end: text.length }]]
      const { feeds } = layOutBatch(rows, [row], { rows: 1, length, targets: length })
      const { ids: i, positions: p, segments: s } = feeds
      const { logits } = await session.run({ ids: i!, positions: p!, segments: s! })
      const width = model.config.vocabSize
      const last = (logits!.data as Float32Array).subarray((text.length - 1) * width, text.length * width)
      text.push(last.indexOf(Math.max(...last)))
    }
    await session.dispose()
    return text.slice(prompt.length)
  }

  test("the cache changes nothing, whatever the lengths in a batch", async () => {
    const prompts = randomSequences([3, 17, 9, 1, 24], model.config.vocabSize).map(({ ids }) => ids)
    const found = await generate(model, prompts, { maxNewTokens: 12, stopIds: [], batchSize: 2, threads: 1 })
    for (const [place, prompt] of prompts.entries()) {
      expect([...found[place]!.ids]).toEqual(await wholeForward(prompt, 12, 48))
      expect(found[place]!.stopped).toBe(false)
    }
    const again = await generate(model, prompts, { maxNewTokens: 12, stopIds: [], batchSize: 5, threads: 1 })
    expect(again).toEqual(found)
  })

  test("a stop token ends an answer and is not part of it", async () => {
    const prompt = model.tokenizer.encode("The sluice")
    const [free] = await generate(model, [prompt], { maxNewTokens: 10, stopIds: [] })
    const stop = free!.ids[4]!
    const [stopped] = await generate(model, [prompt], { maxNewTokens: 10, stopIds: [stop] })
    expect(stopped!.stopped).toBe(true)
    expect([...stopped!.ids]).toEqual([...free!.ids.subarray(0, free!.ids.indexOf(stop))])
  })

  test("an adapter answers as the merged model does", async () => {
    const adapter = createLora(model, { rank: 4, alpha: 64, targets: ["q_proj", "o_proj", "gate_proj"], seed: 8 })
    for (const [name, { data }] of adapter.weights) {
      if (!name.includes("lora_B")) continue
      for (let place = 0; place < data.length; place++) data[place] = 0.1 * Math.sin(place)
    }
    const prompts = [model.tokenizer.encode("At dusk"), model.tokenizer.encode("for (let")]
    const options = { maxNewTokens: 16, stopIds: [] }
    const adapted = await generate(model, prompts, { ...options, adapter })
    expect(adapted).toEqual(await generate(mergeAdapter(model, adapter), prompts, options))
    expect(adapted).not.toEqual(await generate(model, prompts, options))
  })

  test.each([
    [[new Int32Array()], 4, "SLUICE_EMPTY_PROMPT"],
    [[new Int32Array(80)], 20, "SLUICE_PROMPT_TOO_LONG"]
  ])("prompts that cannot be continued are refused (%#)", async (prompts, maxNewTokens, code) => {
    await expect(generate(model, prompts, { maxNewTokens })).rejects.toMatchObject({ code })
  })

  test("no prompts, no answers", async () => {
    expect(await generate(model, [])).toEqual([])
  })
})
