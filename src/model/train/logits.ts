// Next-token scores of whole texts, to hold two forms of a model against each other.
import type { CausalModel } from "../model.ts"
import { ModelError } from "../model-error.ts"
import { seededRandom } from "../random.ts"
import { type Adapter, virtualTokens } from "./adapters/any-adapter.ts"
import { layOutBatch, withVirtualIds } from "./batch.ts"
import { bindModel } from "./binding.ts"
import { freeze } from "./frozen.ts"
import { decoderHidden, decoderLogits, packedAttention } from "./decoder.ts"
import { Session } from "./session.ts"
import { TensorGraph } from "./tensor-graph.ts"

/**
 * Scores of the next token after each token of each text, [tokens · vocabulary] a text; an adapter's virtual tokens get none.
 * Throws `SLUICE_ADAPTER_MISMATCH` where the adapter does not fit the model.
 */
export const nextTokenLogits = async (
  model: CausalModel,
  texts: readonly Int32Array[],
  options: { readonly adapter?: Adapter; readonly threads?: number } = {}
): Promise<Float32Array[]> => {
  const { adapter, threads = 2 } = options
  const { config } = model
  const before = virtualTokens(adapter)
  const length = before + texts.reduce((most, { length: tokens }) => Math.max(most, tokens), 1)
  const graph = new TensorGraph()
  const { binding } = bindModel(
    graph,
    { config, base: model.weights, ...(adapter && { adapter }) },
    { train: false, limit: 0 }
  )
  const ids = graph.input("ids", [length], "int64")
  const positions = graph.input("positions", [length], "int64")
  const segments = graph.input("segments", [1, length], "int64")
  const input = { ids, positions, positionLimit: length, batch: 1, time: length }
  const hidden = decoderHidden(graph, config, binding, input, packedAttention(graph, config, binding, input, segments))
  graph.output(decoderLogits(config, binding, hidden), "logits")
  const frozen = await freeze(binding.fed, "cpu")
  const session = await Session.compile(graph, { threads, frozen })
  try {
    const found: Float32Array[] = []
    for (const text of texts) {
      const whole = withVirtualIds(text, before, config.vocabSize)
      const sequence = { ids: whole, mask: new Uint8Array(whole.length), rowId: "" }
      const row = [{ sequence: 0, start: 0, end: whole.length }]
      const { feeds } = layOutBatch([row], [sequence], { rows: 1, length, targets: length })
      const { logits } = await session.run({
        ids: feeds.ids!,
        positions: feeds.positions!,
        segments: feeds.segments!
      })
      const values = logits!.data as Float32Array
      found.push(values.slice(before * config.vocabSize, whole.length * config.vocabSize))
    }
    return found
  } finally {
    await frozen.dispose()
    await session.dispose()
  }
}

/** Texts of random tokens, to compare models on; no longer than the model takes. */
export const randomTexts = (
  { vocabSize, maxPositions }: { readonly vocabSize: number; readonly maxPositions: number },
  { count, length, seed }: { readonly count: number; readonly length: number; readonly seed: number }
): Int32Array[] =>
  Array.from({ length: count }, (_, text) => {
    const random = seededRandom(seed, `text ${text}`)
    return Int32Array.from({ length: Math.min(length, maxPositions) }, () => Math.floor(random.uniform() * vocabSize))
  })

/**
 * Proves that `merged` is `model` with `adapter`: the largest difference between any two scores of next tokens over `texts`.
 * Throws `SLUICE_MERGE_DIFFERS` when it is above `tolerance`, 1e-3 if not given.
 */
export const proveMerge = async (
  model: CausalModel,
  adapter: Adapter,
  merged: CausalModel,
  texts: readonly Int32Array[],
  options: { readonly tolerance?: number; readonly threads?: number } = {}
): Promise<number> => {
  const { tolerance = 1e-3, threads = 2 } = options
  const apart = await nextTokenLogits(model, texts, { adapter, threads })
  const together = await nextTokenLogits(merged, texts, { threads })
  let worst = 0
  apart.forEach((values, text) => {
    const others = together[text]!
    for (let index = 0; index < values.length; index++) {
      const difference = Math.abs(values[index]! - others[index]!)
      if (!(difference <= worst)) worst = difference
    }
  })
  if (worst <= tolerance) return worst
  throw new ModelError(
    "SLUICE_MERGE_DIFFERS",
    `The merged model's scores differ from those of model and adapter by up to ${worst}, more than ${tolerance}.`,
    { worst, tolerance },
    "the weights may be too coarse for the sum; keep the adapter beside the model"
  )
}
