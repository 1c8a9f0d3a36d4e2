// How much of a step each source of rows is: its tokens, and the loss over those that are supervised.
import type { Batch, TokenSequence } from "./batch.ts"

/** What a step, or a measurement, saw of one source. */
export interface SourceLoss {
  /** Tokens that are not padding; an adapter's virtual ones count. */
  readonly tokens: number
  /** Tokens the loss is taken over. */
  readonly supervised: number
  /** Mean negative log-probability of these, in nats, without smoothing; 0 where there are none. */
  readonly loss: number
}

export type SourceLosses = Readonly<Record<string, SourceLoss>>

/** Sums by source; a sequence without one is of the source "". */
export class SourceSums {
  readonly #sums = new Map<string, { tokens: number; supervised: number; loss: number }>()

  /** Adds `tokens`, of them `supervised` with a summed negative log-probability of `loss`. */
  add(source: string, tokens: number, supervised: number, loss: number): void {
    let sum = this.#sums.get(source)
    if (sum === undefined) {
      sum = { tokens: 0, supervised: 0, loss: 0 }
      this.#sums.set(source, sum)
    }
    sum.tokens += tokens
    sum.supervised += supervised
    sum.loss += loss
  }

  /** Adds a batch of `sequences` whose targets have `logProbs`. */
  addBatch(batch: Batch, sequences: readonly TokenSequence[], logProbs: Float32Array): void {
    const { targetSequence } = batch
    for (const [sequence, tokens] of batch.sequenceTokens) this.add(sequences[sequence]!.source ?? "", tokens, 0, 0)
    for (let target = 0; target < targetSequence.length; target++) {
      const sequence = targetSequence[target]!
      if (sequence >= 0) this.add(sequences[sequence]!.source ?? "", 0, 1, -logProbs[target]!)
    }
  }

  /** Means, by the names of the sources in order. */
  means(): SourceLosses {
    return Object.fromEntries(
      [...this.#sums]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([source, { tokens, supervised, loss }]) => [
          source,
          { tokens, supervised, loss: loss / Math.max(1, supervised) }
        ])
    )
  }
}
