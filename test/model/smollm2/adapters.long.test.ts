// Every way to adapt a model, on a real one: SmolLM2-135M-Instruct learns, and what it learnt is saved and loaded.
import { beforeAll, describe, expect, test } from "vitest"
import {
  type CausalModel,
  createBottleneck,
  createIa3,
  createLora,
  createPrefix,
  createPrompt,
  createPTuning,
  loadAdapter,
  loadModel,
  type SingleAdapter,
  saveAdapter,
  scoreSequences,
  type TokenSequence,
  trainCausal
} from "../../../src/model/index.ts"
import { smolLm2File } from "./smollm2-file.ts"
import { renderedConversations } from "./conversations.ts"
import { TemporaryFolder } from "../tiny-model.ts"

const tokens = 10

const cases: readonly (readonly [name: string, lr: number, create: (model: CausalModel) => SingleAdapter])[] = [
  ["LoRA", 2e-3, (model) => createLora(model)],
  [
    "LoRA, rank-stabilised, on all linear layers",
    1e-3,
    (model) => createLora(model, { targets: "all-linear", rankStabilised: true, dropout: 0.05 })
  ],
  ["DoRA", 2e-3, (model) => createLora(model, { dora: true })],
  ["IA³", 2e-2, (model) => createIa3(model)],
  ["prompt tuning from a text", 5e-2, (model) => createPrompt(model, { tokens, text: "Answer as a miller would." })],
  ["P-tuning", 2e-3, (model) => createPTuning(model, { tokens })],
  ["prefix tuning", 5e-2, (model) => createPrefix(model, { tokens })],
  ["prefix tuning, projected", 2e-3, (model) => createPrefix(model, { tokens, projection: true })],
  ["Houlsby's bottlenecks", 2e-3, (model) => createBottleneck(model, { layout: "houlsby" })],
  ["Pfeiffer's bottlenecks", 2e-3, (model) => createBottleneck(model)],
  ["parallel bottlenecks", 1e-3, (model) => createBottleneck(model, { layout: "parallel" })]
]

describe.skipIf(smolLm2File === undefined)("SmolLM2-135M-Instruct", () => {
  let model: CausalModel
  let sequences: TokenSequence[]

  beforeAll(async () => {
    model = loadModel(smolLm2File!)
    sequences = await renderedConversations(model)
  })

  test.each(cases)("%s", async (_, lr, create) => {
    const options = { maxLength: 88, batchSize: 1, epochs: 5, packing: "none", lr, warmupSteps: 2 } as const
    const { adapter, ledger } = await trainCausal({ model, adapter: create(model), sequences, options })
    expect(ledger).toHaveLength(20)
    const mean = (from: number): number => ledger.slice(from, from + 4).reduce((sum, { loss }) => sum + loss / 4, 0)
    expect(mean(16)).toBeLessThan(mean(0) - 0.2)
    using folder = new TemporaryFolder()
    saveAdapter(folder.path, adapter!, "base", model.config)
    const [kept] = await scoreSequences(model, [sequences[0]!], { adapter: adapter! })
    const [loaded] = await scoreSequences(model, [sequences[0]!], { adapter: loadAdapter(folder.path) })
    expect(loaded!.logProb).toBeCloseTo(kept!.logProb, 2)
    if (process.env["SHOW"] === "1") console.log(`${_}: ${mean(0).toFixed(3)} → ${mean(16).toFixed(3)}`)
  })
})
