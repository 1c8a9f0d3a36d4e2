// What a training says of itself in training.json: steps and losses, what each source contributed, what can go wrong.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Change = Schema.Struct({ before: Schema.Finite, after: Schema.Finite })
const Compared = Schema.Struct({ before: Schema.Finite, after: Schema.Finite, data: Schema.Finite })

const Source = Schema.Struct({
  source: Schema.String,
  rows: Schema.Finite,
  seen: Schema.Finite,
  tokens: Schema.Finite,
  supervisedTokens: Schema.Finite,
  share: Schema.Finite,
  firstLoss: Schema.NullOr(Schema.Finite),
  lastLoss: Schema.NullOr(Schema.Finite),
  validation: Schema.optional(Schema.Struct({ first: Schema.Finite, last: Schema.Finite }))
})

/** What one source contributed; losses in nats a token, over the first and the last tenth of the steps that saw it. */
export type SourceSummary = typeof Source.Type

/** What can go wrong in a tuning, as it was measured. */
const Signals = Schema.Struct({
  overfitting: Schema.NullOr(Schema.Finite),
  forgetting: Schema.NullOr(Schema.Finite),
  collapse: Schema.NullOr(Schema.Finite),
  misalignment: Schema.NullOr(Schema.Finite),
  retained: Schema.NullOr(
    Schema.Struct({ of: Schema.Literals(["retained", "own"]), texts: Schema.Finite, perplexity: Change })
  ),
  answers: Schema.NullOr(
    Schema.Struct({
      prompts: Schema.Finite,
      diversity: Compared,
      repeated: Compared,
      loops: Compared,
      entropy: Change,
      misaligned: Change,
      faults: Schema.Record(Schema.String, Schema.Finite)
    })
  )
})

const Validation = Schema.Struct({
  lowest: Schema.Finite,
  lowestStep: Schema.Finite,
  last: Schema.Finite,
  overfit: Schema.Finite,
  keptStep: Schema.Finite
})

const Summary = Schema.Struct({
  steps: Schema.Finite,
  firstLoss: Schema.Finite,
  finalLoss: Schema.Finite,
  closingLoss: Schema.optional(Schema.Finite),
  tokens: Schema.optional(Schema.Finite),
  supervisedTokens: Schema.optional(Schema.Finite),
  parameters: Schema.optional(Schema.Finite),
  trainedParameters: Schema.optional(Schema.Finite),
  rows: Schema.optional(Schema.Struct({ used: Schema.Finite })),
  curve: Schema.optional(Schema.Array(Schema.Tuple([Schema.Finite, Schema.Finite]))),
  mixedPrecision: Schema.optional(Schema.Struct({ skippedSteps: Schema.Finite, lossScale: Schema.Finite })),
  validation: Schema.optional(Validation),
  sources: Schema.optional(Schema.Array(Source)),
  signals: Schema.optional(Signals)
})

export type TrainingSummary = typeof Summary.Type

const decode = Schema.decodeUnknownOption(Summary)

/** Reads a training's data; undefined where it is something else. */
export const readSummary = (data: unknown): TrainingSummary | undefined => Option.getOrUndefined(decode(data))

/** Reads `training.json` of a model's folder; undefined where there is none, or it is something else. */
export const folderSummary = (folder: string): TrainingSummary | undefined => {
  const path = join(folder, "training.json")
  return existsSync(path) ? readSummary(JSON.parse(readFileSync(path, "utf8"))) : undefined
}

const figure = (value: number): string => String(Number(value.toPrecision(3)))
const share = (value: number): string => `${Math.round(value * 100)} %`

export interface SignalLine {
  readonly signal: "overfitting" | "forgetting" | "collapse" | "misalignment"
  /** The figure; null where it was not measured. */
  readonly value: number | null
  /** The most that was allowed. */
  readonly limit: number | undefined
  /** What lies behind it, in a few words. */
  readonly account: string
}

/** Each signal with its limit and what lies behind it, for a table. `options` are those of the node. */
export const signalLines = (
  { signals, validation }: TrainingSummary,
  options: { readonly [name: string]: unknown }
): ReadonlyArray<SignalLine> => {
  if (signals === undefined) return []
  const limits = (options["limits"] ?? {}) as { readonly [signal: string]: number | undefined }
  const { retained, answers } = signals
  const faults = Object.entries(answers?.faults ?? {}).map(([fault, count]) => `${count} ${fault}`)
  const accounts = {
    overfitting:
      validation === undefined
        ? "no rows held out"
        : `validation loss ${figure(validation.last)}, lowest ${figure(validation.lowest)} at step ${validation.lowestStep}`,
    forgetting:
      retained === null
        ? "not measured"
        : `perplexity ${figure(retained.perplexity.before)} → ${figure(retained.perplexity.after)} on ${retained.texts} ` +
          (retained.of === "own" ? "texts of the base's own" : "retained texts"),
    collapse:
      answers === null
        ? "no prompts"
        : `diversity of answers ${figure(answers.diversity.before)} → ${figure(answers.diversity.after)}, of the data ` +
          `${figure(answers.diversity.data)}; the same answer ${share(answers.repeated.after)}, loops ` +
          `${share(answers.loops.after)}, entropy ${figure(answers.entropy.before)} → ${figure(answers.entropy.after)}`,
    misalignment:
      answers === null
        ? "no prompts"
        : `${share(answers.misaligned.before)} → ${share(answers.misaligned.after)} of ${answers.prompts} answers with a fault` +
          (faults.length > 0 ? `: ${faults.join(", ")}` : "")
  }
  return (["overfitting", "forgetting", "collapse", "misalignment"] as const).map((signal) => ({
    signal,
    value: signals[signal],
    limit: limits[signal],
    account: accounts[signal]
  }))
}
