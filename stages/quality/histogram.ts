// How scores are spread: quantiles, and a histogram whose bins a person can read.

export interface Spread {
  readonly count: number
  readonly mean: number
  /** By their share: the score that such a share of the rows does not exceed. */
  readonly quantiles: { readonly [share: string]: number }
  readonly bins: ReadonlyArray<{ readonly from: number; readonly to: number; readonly count: number }>
}

const SHARES = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]

/** The spread of finite scores; bins divide the range of the middle 98 % evenly, the first and last take what is beyond it. */
export const spreadOf = (scores: ReadonlyArray<number>, bins = 20): Spread => {
  const sorted = scores.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  const [low, high] = [at(0.01), at(0.99)]
  const width = (high - low) / bins
  const counts = new Array<number>(bins).fill(0)
  for (const score of sorted) {
    const bin = width === 0 ? 0 : Math.floor((score - low) / width)
    counts[Math.max(0, Math.min(bins - 1, bin))]!++
  }
  const edge = (i: number): number => (i === 0 ? at(0) : i === bins ? at(1) : low + i * width)
  return {
    count: sorted.length,
    mean: sorted.length === 0 ? 0 : sorted.reduce((sum, score) => sum + score, 0) / sorted.length,
    quantiles: Object.fromEntries(SHARES.map((share) => [String(share), at(share)])),
    bins: counts.map((count, i) => ({ from: edge(i), to: edge(i + 1), count })).filter(({ count }) => count > 0)
  }
}
