// Likelihood of texts under a model, summed over examples: perplexity per token, and per byte for unlike tokenizers.

/** One text's likelihood: `nll` in nats, summed over the scored `tokens`, which spell `bytes` of UTF-8. */
export interface Likelihood {
  readonly nll: number
  readonly tokens: number
  readonly bytes: number
}

export interface LikelihoodSummary extends Likelihood {
  readonly nllPerToken: number
  /** exp(Σ nll / Σ tokens): weighted by tokens, not a mean over examples. */
  readonly perplexity: number
  readonly nllPerByte: number
  /** Σ nll / (Σ bytes · ln 2): the only figure here that compares models of different tokenizers. */
  readonly bitsPerByte: number
}

/**
 * Sums likelihoods and derives the rates; lm-evaluation-harness defines perplexity and bits per byte the same way.
 *
 * @example
 * import { summarizeLikelihood } from "#sluice/model"
 * summarizeLikelihood([{ nll: 6, tokens: 3, bytes: 12 }, { nll: 2, tokens: 1, bytes: 4 }])
 * // → { nll: 8, tokens: 4, bytes: 16, nllPerToken: 2, perplexity: 7.389, nllPerByte: 0.5, bitsPerByte: 0.7213 }
 */
export const summarizeLikelihood = (examples: Iterable<Likelihood>): LikelihoodSummary => {
  let nll = 0
  let tokens = 0
  let bytes = 0
  for (const example of examples) {
    nll += example.nll
    tokens += example.tokens
    bytes += example.bytes
  }
  const nllPerToken = nll / tokens
  const nllPerByte = nll / bytes
  return {
    nll,
    tokens,
    bytes,
    nllPerToken,
    perplexity: Math.exp(nllPerToken),
    nllPerByte,
    bitsPerByte: nllPerByte / Math.LN2
  }
}
