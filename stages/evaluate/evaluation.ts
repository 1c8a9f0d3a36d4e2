// What an evaluation says: the data of report.json, which gates read and renderings are made from.

/** An estimate with its 95 % interval from a seeded bootstrap over the examples. */
export interface Estimate {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** The difference first − second over the same examples; p is two-sided. */
export interface Difference extends Estimate {
  readonly p: number
}

/** One model's scores. Likelihoods cover the answer's tokens; the others compare its greedy answer with the reference. */
export interface ModelScores {
  readonly tokens: number
  readonly bytes: number
  /** exp of nats per answer token; comparable only between models of one tokenizer. */
  readonly perplexity: Estimate
  readonly nllPerToken: Estimate
  readonly nllPerByte: Estimate
  readonly bitsPerByte: Estimate
  readonly exactMatch: Estimate
  readonly f1: Estimate
  readonly rougeL: Estimate
}

export type MetricName = Exclude<keyof ModelScores, "tokens" | "bytes">

/** `first` against `second` on the same examples. */
export interface Comparison {
  readonly first: string
  readonly second: string
  /** Whether both split the answers into the same numbers of tokens; if not, only figures per byte compare. */
  readonly sameTokens: boolean
  readonly nllPerToken: Difference
  readonly nllPerByte: Difference
  readonly f1: Difference
  readonly rougeL: Difference
  /** McNemar's test over the examples that only one of them answers exactly; `estimate` is the difference of shares. */
  readonly exactMatch: {
    readonly estimate: number
    readonly firstOnly: number
    readonly secondOnly: number
    readonly method: "exact" | "corrected"
    readonly p: number
  }
}

export interface SampleAnswer {
  readonly id: string
  readonly question: string
  readonly reference: string
  readonly answers: { readonly [model: string]: string }
  /** Of each model on this example; `perplexity` is that of the reference. */
  readonly scores: { readonly [model: string]: { readonly perplexity: number; readonly f1: number } }
}

/** A condition that was put to the evaluation. */
export interface GateVerdict {
  readonly passed: boolean
  readonly sentence: string
}

export interface Evaluation {
  readonly examples: number
  readonly skipped: { readonly [reason: string]: number }
  readonly baseline: string
  readonly settings: { readonly maxNewTokens: number; readonly bootstrap: number; readonly seed: number }
  readonly models: { readonly [name: string]: ModelScores }
  readonly comparisons: ReadonlyArray<Comparison>
  readonly samples: ReadonlyArray<SampleAnswer>
  readonly gates?: ReadonlyArray<GateVerdict>
}
