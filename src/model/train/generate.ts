// Continues prompts with a key-value cache, several at a time: greedily, or drawn with a seed.
import type { CausalModel } from "../model.ts"
import { ModelError } from "../model-error.ts"
import { type Random, seededRandom } from "../random.ts"
import type { Device } from "./device.ts"
import { type Adapter, takenPositions, virtualTokens } from "./adapters/any-adapter.ts"
import { withVirtualIds } from "./batch.ts"
import { type Generated, Generator } from "./generator.ts"
import { checkSampling, drawToken, isGreedy, type Sampling } from "./sampling.ts"

export type { Generated }

/** How to decode. */
export interface GenerateOptions extends Sampling {
  readonly adapter?: Adapter
  /** Tokens an answer can have, 64 if not given. */
  readonly maxNewTokens?: number
  /** Ids that end an answer; the model's `eosIds` if not given. */
  readonly stopIds?: readonly number[]
  /** Prompts decoded at a time, 16 if not given; which does not change what is drawn. */
  readonly batchSize?: number
  /** What is drawn, 0 if not given: each prompt has a stream of random numbers of its own, named after its place. */
  readonly seed?: number
  /** Told of each token as it comes, with the place of its prompt. */
  readonly onToken?: (place: number, id: number) => void
  readonly threads?: number
  /** Where the arithmetic runs, the CPU if not given. */
  readonly device?: Device
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

const checkPrompts = (prompts: readonly Int32Array[], maxNewTokens: number, positions: number, taken: number): void => {
  const longest = prompts.reduce((most, { length }) => Math.max(most, length), 0)
  if (prompts.some(({ length }) => length === 0)) {
    throw new ModelError("SLUICE_EMPTY_PROMPT", "A prompt has no tokens; there is nothing to continue.")
  }
  if (taken + longest + maxNewTokens <= positions) return
  throw new ModelError(
    "SLUICE_PROMPT_TOO_LONG",
    `A prompt of ${longest} tokens with ${maxNewTokens} to come${taken > 0 ? ` and the adapter's ${taken}` : ""} exceeds the ` +
      `model's ${positions} positions.`
  )
}

/**
 * Continues every prompt, in the order given: with the likeliest tokens, or at a `temperature` with tokens drawn by `seed`.
 * Prompts are decoded in batches of similar length. Throws `SLUICE_EMPTY_PROMPT`, `SLUICE_PROMPT_TOO_LONG` when prompt and
 * answer exceed the model's positions, `SLUICE_BAD_SAMPLING`, and `SLUICE_NO_DEVICE`.
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
  const { adapter, maxNewTokens = 64, stopIds = model.config.eosIds, batchSize = 16, seed = 0, onToken } = options
  const { threads = 2, device = "cpu" } = options
  checkSampling(options)
  checkPrompts(prompts, maxNewTokens, model.config.maxPositions, takenPositions(adapter))
  const before = virtualTokens(adapter)
  const draws = !isGreedy(options)
  const order = prompts.map((_, place) => place).sort((a, b) => prompts[a]!.length - prompts[b]!.length || a - b)
  const longest = before + prompts[order.at(-1)!]!.length
  const prompt = roundUp(longest, 16)
  const batch = Math.min(batchSize, prompts.length)
  const shape = { batch, prompt, slots: roundUp(Math.max(prompt, longest + maxNewTokens), 16), draws }
  const target = { config: model.config, base: model.weights, ...(adapter && { adapter }) }
  const generator = await Generator.compile(target, shape, { threads, device })
  const answers: Generated[] = []
  try {
    const stops = new Set(stopIds)
    for (let start = 0; start < order.length; start += batch) {
      const places = order.slice(start, start + batch)
      const streams: Random[] = draws ? places.map((place) => seededRandom(seed, `prompt ${place}`)) : []
      const found = await generator.run(
        places.map((place) => withVirtualIds(prompts[place]!, before, model.config.vocabSize)),
        {
          maxNewTokens,
          stops,
          ...(draws && {
            draw: (row, scores, answer) =>
              drawToken(scores, [...prompts[places[row]!]!, ...answer], options, streams[row]!)
          }),
          ...(onToken && { onToken: (row, id) => onToken(places[row]!, id) })
        }
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
