// Bootstrap confidence intervals: for one model's score, and for the difference of two models on the same examples.
import { seededRandom } from "../random.ts"

/**
 * A score as a ratio of sums over examples: Σ sums / Σ weights. A plain mean has weights of 1; nats per token has each
 * example's nats and tokens. Both lists have one entry per example, in the same order for every model compared.
 */
export interface Ratio {
  readonly sums: ArrayLike<number>
  readonly weights: ArrayLike<number>
}

export interface BootstrapOptions {
  readonly resamples: number
  readonly seed: number
  /** Share of the resamples inside the interval, 0.95 unless given. */
  readonly confidence?: number
}

/** An estimate with its percentile interval. */
export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

export interface PairedDifference extends Interval {
  /** Two-sided: how often a resampled difference, centred on 0, is at least as large as the one found. */
  readonly p: number
}

/** A plain mean of one value per example, as a ratio. */
export const meanOf = (values: ArrayLike<number>): Ratio => ({
  sums: values,
  weights: new Float64Array(values.length).fill(1)
})

const total = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at]!
  return sum
}

const percentiles = (estimates: Float64Array, confidence: number): readonly [low: number, high: number] => {
  const sorted = estimates.toSorted()
  const cut = Math.floor((sorted.length * (1 - confidence)) / 2 + 1e-9)
  return [sorted[cut]!, sorted[sorted.length - 1 - cut]!]
}

const resample = (examples: number, options: BootstrapOptions, draw: (chosen: Int32Array) => number): Float64Array => {
  const random = seededRandom(options.seed, "bootstrap")
  const chosen = new Int32Array(examples)
  return Float64Array.from({ length: options.resamples }, () => {
    for (let at = 0; at < examples; at++) chosen[at] = Math.floor(random.uniform() * examples)
    return draw(chosen)
  })
}

const ratioOver = ({ sums, weights }: Ratio, chosen: Int32Array): number => {
  let sum = 0
  let weight = 0
  for (const example of chosen) {
    sum += sums[example]!
    weight += weights[example]!
  }
  return weight === 0 ? 0 : sum / weight
}

const ratio = ({ sums, weights }: Ratio): number => total(sums) / (total(weights) || 1)

/**
 * Percentile bootstrap (Efron 1979) of one model's score: examples drawn with replacement, `resamples` times.
 *
 * @example
 * import { bootstrap, meanOf } from "#sluice/model"
 * const right = [1, 1, 1, 0, 1, 0, 1, 1, 1, 1]
 * bootstrap(meanOf(right), { resamples: 1000, seed: 7 }) // → { estimate: 0.8, low: 0.5, high: 1 }
 */
export const bootstrap = (score: Ratio, options: BootstrapOptions): Interval => {
  const estimates = resample(score.sums.length, options, (chosen) => ratioOver(score, chosen))
  const [low, high] = percentiles(estimates, options.confidence ?? 0.95)
  return { estimate: ratio(score), low, high }
}

/**
 * Paired bootstrap of `score` − `baseline` (Koehn 2004): each resample draws the same examples for both. The interval
 * is by percentiles; p = (#{|Δ*−mean Δ*| ≥ |Δ|} + 1) / (resamples + 1), as sacreBLEU counts it with ≥ for >, so that a
 * model against itself has p = 1.
 *
 * @example
 * import { meanOf, pairedBootstrap } from "#sluice/model"
 * const [tuned, base] = [meanOf([0.9, 0.8, 0.7, 0.9]), meanOf([0.5, 0.6, 0.4, 0.5])]
 * pairedBootstrap(tuned, base, { resamples: 1000, seed: 7 })
 * // → { estimate: 0.325, low: 0.250, high: 0.400, p: 0.001 }
 */
export const pairedBootstrap = (score: Ratio, baseline: Ratio, options: BootstrapOptions): PairedDifference => {
  if (score.sums.length !== baseline.sums.length)
    throw new RangeError(`paired scores need the same examples: ${score.sums.length} against ${baseline.sums.length}`)
  const differences = resample(
    score.sums.length,
    options,
    (chosen) => ratioOver(score, chosen) - ratioOver(baseline, chosen)
  )
  const estimate = ratio(score) - ratio(baseline)
  const [low, high] = percentiles(differences, options.confidence ?? 0.95)
  const mean = total(differences) / differences.length
  let extreme = 0
  for (const difference of differences) if (Math.abs(difference - mean) >= Math.abs(estimate)) extreme++
  return { estimate, low, high, p: (extreme + 1) / (differences.length + 1) }
}
