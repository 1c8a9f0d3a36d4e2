// Greedy decoding with a key-value cache, several prompts at a time.
import type { CausalModel } from "../model.ts"
import { ModelError } from "../model-error.ts"
import type { Device } from "./device.ts"
import { type Frozen, freeze } from "./frozen.ts"
import { buildPromptGraph, buildTokenGraph, cacheNames, type DecodeShape } from "./generate-graph.ts"
import type { LoraAdapter } from "./lora.ts"
import { integerValue, Session, type Values } from "./session.ts"
import { State } from "./state.ts"
import type { TrainTarget } from "./step-graph.ts"

/** An answer: ids without the stop token, and whether a stop token ended it. */
export interface Generated {
  readonly ids: Int32Array
  readonly stopped: boolean
}

/** How to decode. */
export interface GenerateOptions {
  readonly adapter?: LoraAdapter
  /** Tokens an answer can have, 64 if not given. */
  readonly maxNewTokens?: number
  /** Ids that end an answer; the model's `eosIds` if not given. */
  readonly stopIds?: readonly number[]
  /** Prompts decoded at a time, 8 if not given. */
  readonly batchSize?: number
  readonly threads?: number
  /** Where the arithmetic runs, the CPU if not given. */
  readonly device?: Device
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

/** Compiled decoding for prompts up to a length. Dispose it when done. */
export class Generator {
  private readonly shape: DecodeShape
  private readonly prompts: Session
  private readonly tokens: Session
  private readonly frozen: Frozen
  private readonly cache: State

  private constructor(shape: DecodeShape, prompts: Session, tokens: Session, frozen: Frozen, cache: State) {
    this.shape = shape
    this.prompts = prompts
    this.tokens = tokens
    this.frozen = frozen
    this.cache = cache
  }

  /** Compiles the two graphs for `shape` and `device`. */
  static async compile(
    target: TrainTarget,
    shape: DecodeShape,
    { threads, device }: { readonly threads: number; readonly device: Device }
  ): Promise<Generator> {
    const first = buildPromptGraph(target, shape, device)
    const second = buildTokenGraph(target, shape, device)
    const cache = new State(device)
    const { layers, kvHeads, headDim } = target.config
    for (let layer = 0; layer < layers; layer++) {
      for (const name of cacheNames(layer)) cache.add(name, [shape.batch, kvHeads, shape.slots, headDim])
    }
    const frozen = await freeze(first.fed, device)
    const settings = { threads, frozen, resident: cache.names() }
    const prompts = await Session.compile(first.graph, settings)
    const tokens = await Session.compile(second.graph, settings)
    return new Generator(shape, prompts, tokens, frozen, cache)
  }

  private promptFeeds(prompts: readonly Int32Array[]): Values {
    const { batch, prompt } = this.shape
    const ids = new Int32Array(batch * prompt)
    const positions = Int32Array.from({ length: batch * prompt }, (_, place) => place % prompt)
    const last = Int32Array.from({ length: batch }, (_, row) => row * prompt + (prompts[row]?.length ?? 1) - 1)
    prompts.forEach((tokens, row) => {
      ids.set(tokens, row * prompt)
    })
    return {
      ids: integerValue(ids, [batch * prompt]),
      positions: integerValue(positions, [batch * prompt]),
      segments: integerValue(new Int32Array(batch * prompt), [batch, prompt]),
      last: integerValue(last, [batch])
    }
  }

  /** Decodes up to `batch` prompts of at least one token each. */
  async run(prompts: readonly Int32Array[], maxNewTokens: number, stops: ReadonlySet<number>): Promise<Generated[]> {
    const { batch } = this.shape
    const answers: number[][] = prompts.map(() => [])
    const stopped = prompts.map(() => false)
    let result = await this.prompts.run(this.promptFeeds(prompts), this.cache.targets())
    const tokens = new Int32Array(batch)
    const positions = new Int32Array(batch)
    for (;;) {
      this.cache.advance(result)
      const next = result.next!.data as BigInt64Array
      let open = 0
      prompts.forEach((prompt, row) => {
        const answer = answers[row]!
        if (stopped[row] === true || answer.length >= maxNewTokens) return
        const token = Number(next[row])
        if (stops.has(token)) {
          stopped[row] = true
          return
        }
        tokens[row] = token
        positions[row] = prompt.length + answer.length
        answer.push(token)
        if (answer.length < maxNewTokens) open++
      })
      if (open === 0) break
      const step = { ids: integerValue(tokens, [batch]), positions: integerValue(positions, [batch]) }
      result = await this.tokens.run({ ...this.cache.feeds(), ...step }, this.cache.targets())
    }
    return answers.map((answer, row) => ({ ids: Int32Array.from(answer), stopped: stopped[row] === true }))
  }

  /** Frees both compiled graphs and what lies on the device. */
  async dispose(): Promise<void> {
    await this.cache.dispose()
    await this.frozen.dispose()
    await this.prompts.dispose()
    await this.tokens.dispose()
  }
}

/**
 * Continues every prompt greedily, in the order given. Prompts are decoded in batches of similar length. Throws
 * `SLUICE_EMPTY_PROMPT`, `SLUICE_PROMPT_TOO_LONG` when prompt and answer exceed the model's positions, and
 * `SLUICE_NO_DEVICE`.
 *
 * @example
 * import { createModel, generate, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const shape = { hiddenSize: 16, intermediateSize: 32, layers: 1, heads: 2, kvHeads: 1, tieEmbeddings: true }
 * const prompts = [tokenizer.encode("The gate"), tokenizer.encode("Boats")]
 * const answers = await generate(createModel(tokenizer, shape), prompts, { maxNewTokens: 4, stopIds: [] })
 * answers.map(({ ids, stopped }) => ({ tokens: ids.length, stopped }))
 * // → [{ tokens: 4, stopped: false }, { tokens: 4, stopped: false }]
 */
export const generate = async (
  model: CausalModel,
  prompts: readonly Int32Array[],
  options: GenerateOptions = {}
): Promise<Generated[]> => {
  if (prompts.length === 0) return []
  const {
    adapter,
    maxNewTokens = 64,
    stopIds = model.config.eosIds,
    batchSize = 8,
    threads = 2,
    device = "cpu"
  } = options
  const longest = prompts.reduce((most, { length }) => Math.max(most, length), 0)
  if (prompts.some(({ length }) => length === 0)) {
    throw new ModelError("SLUICE_EMPTY_PROMPT", "A prompt has no tokens; there is nothing to continue.")
  }
  if (longest + maxNewTokens > model.config.maxPositions) {
    throw new ModelError(
      "SLUICE_PROMPT_TOO_LONG",
      `A prompt of ${longest} tokens with ${maxNewTokens} to come exceeds the model's ${model.config.maxPositions} positions.`
    )
  }
  const prompt = roundUp(longest, 16)
  const batch = Math.min(batchSize, prompts.length)
  const shape = { batch, prompt, slots: roundUp(Math.max(prompt, longest + maxNewTokens), 16) }
  const target = { config: model.config, base: model.weights, ...(adapter && { lora: adapter }) }
  const generator = await Generator.compile(target, shape, { threads, device })
  try {
    const order = prompts.map((_, place) => place).sort((a, b) => prompts[a]!.length - prompts[b]!.length || a - b)
    const answers: Generated[] = []
    const stops = new Set(stopIds)
    for (let start = 0; start < order.length; start += batch) {
      const places = order.slice(start, start + batch)
      const found = await generator.run(
        places.map((place) => prompts[place]!),
        maxNewTokens,
        stops
      )
      places.forEach((place, row) => {
        answers[place] = found[row]!
      })
    }
    return answers
  } finally {
    await generator.dispose()
  }
}
