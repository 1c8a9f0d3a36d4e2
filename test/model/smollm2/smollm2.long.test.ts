// A real model: SmolLM2-135M-Instruct (Q4_1) against what llama.cpp made of it (record.mjs).
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import {
  type CausalModel,
  Chat,
  createLora,
  generate,
  loadModel,
  mergeAdapter,
  perplexity,
  saveModel,
  scoreSequences,
  type TokenSequence,
  trainCausal
} from "../../../src/model/index.ts"
import { smolLm2File } from "./smollm2-file.ts"

interface Recorded {
  readonly ids: readonly number[]
  readonly greedy: readonly number[]
  /** Of each place of the answer, the likeliest tokens with their log-probabilities. */
  readonly likeliest: ReadonlyArray<ReadonlyArray<readonly [id: number, logProb: number]>>
}

interface Prompt {
  readonly text: string
  /** With the file as it is: llama.cpp rounds activations to 8 bits before it multiplies them with 4-bit weights. */
  readonly quantised: Recorded
  /** With the same weights widened to f32 (widen.py), and so without that rounding. */
  readonly widened: Recorded
}

/** Questions on the stages that come with sluice, and their answers as the reference gives them. */
const questions = (): readonly (readonly [question: string, answer: string])[] => {
  const reference = readFileSync(join(import.meta.dirname, "../../../docs/reference/README.md"), "utf8")
  return Array.from(reference.matchAll(/^\| \[(\S+)\]\(\S+\) \| \w+ \| (.+) \|$/gm), ([, stage, answer]) => [
    `What does the stage ${stage} of sluice do?`,
    answer!
  ])
}

const prompts = JSON.parse(readFileSync(join(import.meta.dirname, "llama-cpp.json"), "utf8")) as ReadonlyArray<Prompt>

/** How many tokens two answers begin with alike. */
const alike = (left: ArrayLike<number>, right: readonly number[]): number => {
  const at = right.findIndex((token, place) => token !== left[place])
  return at < 0 ? right.length : at
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

describe.skipIf(smolLm2File === undefined)("SmolLM2-135M-Instruct", () => {
  let model: CausalModel
  beforeAll(() => {
    model = loadModel(smolLm2File!)
  })

  test("its shape and its special tokens", () => {
    expect(model.config).toEqual({
      vocabSize: 49_152,
      hiddenSize: 576,
      intermediateSize: 1536,
      layers: 30,
      heads: 9,
      kvHeads: 3,
      headDim: 64,
      rmsNormEpsilon: 1e-5,
      ropeTheta: 100_000,
      tieEmbeddings: true,
      biases: [],
      maxPositions: 8192,
      bosId: 1,
      eosIds: [2]
    })
    expect(["<|endoftext|>", "<|im_start|>", "<|im_end|>"].map((text) => model.tokenizer.specialId(text))).toEqual([
      0, 1, 2
    ])
    expect(model.tokenizer.settings["chat_template"]).toContain("You are a helpful AI assistant named SmolLM")
  })

  test("texts have llama.cpp's ids", () => {
    for (const { text, widened } of prompts) {
      expect(Array.from(model.tokenizer.encode(text, { allowSpecial: true }))).toEqual(widened.ids)
    }
  })

  test("greedy text is llama.cpp's over 50 tokens; where its rounding of activations leads elsewhere, two tokens were near", async () => {
    const answers = await generate(
      model,
      prompts.map(({ widened }) => Int32Array.from(widened.ids)),
      { maxNewTokens: 50, stopIds: [], batchSize: 10 }
    )
    prompts.forEach(({ widened, quantised }, at) => {
      expect(Array.from(answers[at]!.ids)).toEqual(widened.greedy)
      const place = alike(answers[at]!.ids, quantised.greedy)
      if (place === 50) return
      const logProbs = new Map(widened.likeliest[place])
      const gap = logProbs.get(widened.greedy[place]!)! - logProbs.get(quantised.greedy[place]!)!
      expect(gap).toBeLessThan(0.2)
    })
  })

  test("log-probabilities are llama.cpp's, of all tokens of its answers and of the likeliest after each prompt", async () => {
    const sequence = (before: readonly number[], ids: readonly number[]): TokenSequence => ({
      rowId: "",
      ids: Int32Array.from([...before, ...ids]),
      mask: Uint8Array.from([...before.map(() => 0), ...ids.map(() => 1)])
    })
    for (const kind of ["widened", "quantised"] as const) {
      const expected: number[] = []
      const sequences: TokenSequence[] = []
      for (const { [kind]: recorded } of prompts) {
        sequences.push(sequence(recorded.ids, recorded.greedy))
        expected.push(...recorded.likeliest.map((row, place) => new Map(row).get(recorded.greedy[place]!)!))
        for (const [id, logProb] of recorded.likeliest[0]!) {
          sequences.push(sequence(recorded.ids, [id]))
          expected.push(logProb)
        }
      }
      const scores = await scoreSequences(model, sequences)
      const found = scores.flatMap(({ tokenLogProbs }) => Array.from(tokenLogProbs))
      expect(found).toHaveLength(expected.length)
      const apart = found.map((logProb, at) => Math.abs(logProb - expected[at]!))
      expect(median(apart)).toBeLessThan(kind === "widened" ? 1e-3 : 0.03)
      expect(Math.max(...apart)).toBeLessThan(kind === "widened" ? 0.02 : 0.7)
    }
  })

  test("a LoRA on answers from documents makes held-out answers likelier, merged and saved too", async () => {
    const chat = await Chat.open(model.tokenizer)
    const sequences = questions().map(([question, answer], row): TokenSequence => {
      const messages = [
        { role: "user", content: question },
        { role: "assistant", content: answer }
      ]
      return { rowId: `${row}`, ...chat.render(messages) }
    })
    expect(sequences.length).toBeGreaterThan(40)
    const held = sequences.filter((_, row) => row % 5 === 0)
    const train = sequences.filter((_, row) => row % 5 !== 0)
    const before = perplexity(await scoreSequences(model, held))
    const { adapter, ledger } = await trainCausal({
      model,
      adapter: createLora(model, { rank: 8, alpha: 16, targets: ["q_proj", "v_proj"], seed: 1 }),
      sequences: train,
      options: { maxLength: 128, batchSize: 2, epochs: 2, maxSteps: 24, lr: 2e-3, schedule: "cosine", warmupSteps: 3 }
    })
    expect(ledger.at(-1)!.loss).toBeLessThan(ledger[0]!.loss)
    const tuned = perplexity(await scoreSequences(model, held, { adapter: adapter! }))
    expect(tuned).toBeLessThan(0.8 * before)
    const folder = mkdtempSync(join(tmpdir(), "sluice-merged-"))
    try {
      saveModel(folder, mergeAdapter(model, adapter!))
      expect(perplexity(await scoreSequences(loadModel(folder), held))).toBeCloseTo(tuned, 3)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
