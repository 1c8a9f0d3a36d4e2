// The spread of a new model's random weights, by the width of each layer: with one spread for all, a narrow model idles.
import type { CausalModel } from "#sluice/model"

/** The deviation that `createModel` draws every weight with, as transformers does. */
const drawn = 0.02

/** Deviation of a weight [out, in]: 1/√in, less by √(2·layers) where it writes into the residual stream (GPT-2). */
const deviation = (name: string, width: number, layers: number): number => {
  if (name === "model.embed_tokens.weight") return 1
  if (name === "lm_head.weight") return drawn
  return 1 / Math.sqrt(/\.(o_proj|down_proj)\.weight$/.test(name) ? width * 2 * layers : width)
}

/**
 * Spreads the weights of a fresh model with untied embeddings so that every layer passes on a signal of about unit size
 * (LeCun et al. 1998), and the first predictions are near uniform. Norm gains stay 1.
 */
export const scaledToWidth = (model: CausalModel): CausalModel => ({
  ...model,
  weights: new Map(
    [...model.weights].map(([name, { shape, data }]) => {
      if (shape.length < 2) return [name, { shape, data }]
      const factor = deviation(name, shape.at(-1)!, model.config.layers) / drawn
      return [name, { shape, data: data.map((value) => value * factor) }]
    })
  )
})
