// Measures a run on sequences it does not train on: the loss every few steps, the best weights, and when to stop.
import type { CausalModel } from "../model.ts"
import { ModelError } from "../model-error.ts"
import type { Weight, Weights } from "../weights.ts"
import type { Adapter } from "./adapters/any-adapter.ts"
import type { TokenSequence } from "./batch.ts"
import { type ScoreOptions, type SequenceScore, scoreSequences } from "./score.ts"
import { type SourceLosses, SourceSums } from "./source-loss.ts"

/** How a run is validated. */
export interface ValidationOptions {
  readonly sequences: readonly TokenSequence[]
  /** Steps between measurements; the last step is measured too. */
  readonly every: number
  /** Measurements without a better loss after which the run ends; it goes on to its end if not given. */
  readonly patience?: number
  /** Give the weights of the best measurement instead of the last ones; true if not given. */
  readonly keepBest?: boolean
}

/** One measurement. */
export interface ValidationEntry {
  readonly step: number
  /** Mean negative log-probability of the supervised tokens, in nats. */
  readonly loss: number
  /** The same by source, where rows say where they are from. */
  readonly sources?: SourceLosses
}

/** The state of a run's validation. */
export class Validation {
  readonly entries: ValidationEntry[]
  private readonly options: ValidationOptions
  private readonly scoring: ScoreOptions
  private bestWeights: Weights | undefined

  /** `known` and `best` continue an earlier run. Throws `SLUICE_NO_TRAINING_ROWS` when nothing is supervised. */
  constructor(
    options: ValidationOptions,
    scoring: ScoreOptions,
    known: readonly ValidationEntry[] = [],
    best?: Weights
  ) {
    if (!options.sequences.some(({ mask }) => mask.indexOf(1, 1) > 0)) {
      const message = `None of ${options.sequences.length} validation sequences has a supervised token.`
      throw new ModelError("SLUICE_NO_TRAINING_ROWS", message)
    }
    this.options = options
    this.scoring = scoring
    this.entries = [...known]
    this.bestWeights = best
  }

  /** Whether step `step` of `total` is to be measured. */
  isDue(step: number, total: number): boolean {
    return step % this.options.every === 0 || step === total
  }

  /** The best measurement so far, the first among equals. */
  get lowest(): ValidationEntry | undefined {
    return this.entries.reduce<ValidationEntry | undefined>(
      (low, entry) => (low === undefined || entry.loss < low.loss ? entry : low),
      undefined
    )
  }

  /** Measures what was trained so far; `weights` are the trained ones, of the adapter if there is one. */
  async measure(
    step: number,
    model: CausalModel,
    adapter: Adapter | undefined,
    weights: Weights
  ): Promise<ValidationEntry> {
    const measured = adapter === undefined ? { ...model, weights } : model
    const over = adapter === undefined ? {} : { adapter: { ...adapter, weights } }
    const scores = await scoreSequences(measured, this.options.sequences, { ...this.scoring, ...over })
    const tokens = scores.reduce((total, score) => total + score.tokens, 0)
    const loss = -scores.reduce((total, { logProb }) => total + logProb, 0) / tokens
    const before = this.lowest
    const entry = { step, loss, ...this.bySource(scores) }
    this.entries.push(entry)
    if (before === undefined || loss < before.loss) this.bestWeights = weights
    return entry
  }

  private bySource(scores: readonly SequenceScore[]): { readonly sources?: SourceLosses } {
    const { sequences } = this.options
    if (!sequences.some(({ source }) => source !== undefined)) return {}
    const sums = new SourceSums()
    for (const [place, { tokens, logProb }] of scores.entries()) {
      const { source = "", ids } = sequences[place]!
      sums.add(source, ids.length, tokens, -logProb)
    }
    return { sources: sums.means() }
  }

  /** Whether the last `patience` measurements brought nothing better. */
  get isOver(): boolean {
    const { patience } = this.options
    const { lowest } = this
    if (patience === undefined || lowest === undefined) return false
    return this.entries.length - 1 - this.entries.indexOf(lowest) >= patience
  }

  /** The weights of the best measurement, where they are to be kept. */
  get best(): Map<string, Weight> | undefined {
    if (this.options.keepBest === false || this.bestWeights === undefined) return undefined
    return new Map(this.bestWeights)
  }
}
