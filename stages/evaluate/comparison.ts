// Turns outcomes into scores with intervals, and compares two models on the examples they share.
import type { Comparison, Estimate, ModelScores } from "./evaluation.ts"
import type { Outcome } from "./outcome.ts"

type Engine = typeof import("#sluice/model")

export interface Resampling {
  readonly resamples: number
  readonly seed: number
}

type Score = "exactMatch" | "f1" | "rougeL"

const scaled = ({ estimate, low, high }: Estimate, change: (value: number) => number): Estimate => ({
  estimate: change(estimate),
  low: change(low),
  high: change(high)
})

const perToken = (outcomes: ReadonlyArray<Outcome>) => ({
  sums: outcomes.map(({ nll }) => nll),
  weights: outcomes.map(({ tokens }) => tokens)
})

const perByte = (outcomes: ReadonlyArray<Outcome>) => ({
  sums: outcomes.map(({ nll }) => nll),
  weights: outcomes.map(({ bytes }) => bytes)
})

const values = (outcomes: ReadonlyArray<Outcome>, score: Score) => outcomes.map((outcome) => outcome[score])

/** A model's scores over its outcomes. */
export const scoreModel = (engine: Engine, outcomes: ReadonlyArray<Outcome>, resampling: Resampling): ModelScores => {
  const { bootstrap, meanOf, summarizeLikelihood, wilson } = engine
  const { tokens, bytes } = summarizeLikelihood(outcomes)
  const nllPerToken = bootstrap(perToken(outcomes), resampling)
  const nllPerByte = bootstrap(perByte(outcomes), resampling)
  const exact = values(outcomes, "exactMatch").reduce((count, match) => count + match, 0)
  return {
    tokens,
    bytes,
    perplexity: scaled(nllPerToken, Math.exp),
    nllPerToken,
    nllPerByte,
    bitsPerByte: scaled(nllPerByte, (nats) => nats / Math.LN2),
    exactMatch: wilson(exact, outcomes.length),
    f1: bootstrap(meanOf(values(outcomes, "f1")), resampling),
    rougeL: bootstrap(meanOf(values(outcomes, "rougeL")), resampling)
  }
}

/** First against second: both lists hold the same examples in the same order. */
export const compareModels = (
  engine: Engine,
  first: ReadonlyArray<Outcome>,
  second: ReadonlyArray<Outcome>,
  resampling: Resampling
): Comparison => {
  const { mcnemar, meanOf, pairedBootstrap } = engine
  const paired = (score: Score) =>
    pairedBootstrap(meanOf(values(first, score)), meanOf(values(second, score)), resampling)
  const firstOnly = first.filter((outcome, at) => outcome.exactMatch > second[at]!.exactMatch).length
  const secondOnly = first.filter((outcome, at) => outcome.exactMatch < second[at]!.exactMatch).length
  const { method, p } = mcnemar(firstOnly, secondOnly)
  return {
    first: first[0]!.model,
    second: second[0]!.model,
    sameTokens: first.every(({ tokens }, at) => tokens === second[at]!.tokens),
    nllPerToken: pairedBootstrap(perToken(first), perToken(second), resampling),
    nllPerByte: pairedBootstrap(perByte(first), perByte(second), resampling),
    f1: paired("f1"),
    rougeL: paired("rougeL"),
    exactMatch: { estimate: (firstOnly - secondOnly) / first.length, firstOnly, secondOnly, method, p }
  }
}
