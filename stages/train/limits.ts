// Bounds of what may go wrong in a tuning, and what is said of a model that is beyond one.
import * as Schema from "effect/Schema"
import { opt } from "#sluice"
import type { Signals } from "./signals.ts"
import type { TrainingData } from "./training-data.ts"

const bound = Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)))

export const limitOptions = {
  /**
   * The most of each signal of failure that the node passes with, in `--set NODE.limits={"forgetting":1.5}` too: `overfitting`
   * (nats by which the last loss on `validation` is above the lowest), `forgetting` (perplexity of retained texts after as a
   * multiple of before), `collapse` (share of the data's diversity that answers lack), `misalignment` (share of answers with a
   * fault). A model beyond one is kept, and fails the run.
   */
  limits: opt.maybe(Schema.Struct({ overfitting: bound, forgetting: bound, collapse: bound, misalignment: bound }))
}

type Limits = NonNullable<(typeof limitOptions)["limits"]["fallback"]>
type Name = keyof Limits & keyof Signals

const figure = (value: number): string => String(Number(value.toPrecision(3)))

/** How a signal comes to be measured, where it was not. */
const missing: { readonly [N in Name]: string } = {
  overfitting: "give rows as validation",
  forgetting: "give probes more than 0",
  collapse: "give probes more than 0, and rows in which a prompt is not supervised",
  misalignment: "give probes more than 0, and rows in which a prompt is not supervised"
}

/** What lies behind a signal, and what to do about it. */
const accounts: { readonly [N in Name]: (signals: Signals, data: TrainingData) => string } = {
  overfitting: (_, { validation }) =>
    `the loss on validation rose from ${figure(validation!.lowest)} at step ${validation!.lowestStep} to ` +
    `${figure(validation!.last)}; train for fewer steps, with patience, or on more rows`,
  forgetting: ({ retained }) =>
    `${retained!.texts} ${retained!.of === "own" ? "texts that the base writes itself" : "retained texts"} have a perplexity of ` +
    `${figure(retained!.perplexity.after)}, before ${figure(retained!.perplexity.before)}; lower the learning rate, train for ` +
    "fewer steps, or mix in rows of what it is to keep",
  collapse: ({ answers }) =>
    `answers to ${answers!.prompts} prompts have a diversity of ${figure(answers!.diversity.after)}, those of the data ` +
    `${figure(answers!.diversity.data)}; lower the learning rate, or train on more different rows`,
  misalignment: ({ answers }) => {
    const faults = Object.entries(answers!.faults).map(([fault, count]) => `${count} ${fault}`)
    return (
      `of ${answers!.prompts} answers ${faults.join(", ")}; see answers.json of the model, and whether the data has the ` +
      "template of the base and its end-of-turn mark"
    )
  }
}

/** What stands against a tuned model, a sentence for each limit that it is beyond; undefined where there are no limits. */
export const judgeSignals = (
  data: unknown,
  { limits }: { readonly limits: Limits | undefined }
): ReadonlyArray<string> | undefined => {
  const trained = data as TrainingData
  const signals: Partial<Signals> = trained.signals ?? { overfitting: trained.validation?.overfit ?? null }
  const given = Object.entries(limits ?? {}) as ReadonlyArray<readonly [Name, number]>
  if (given.length === 0) return undefined
  return given.flatMap(([name, limit]) => {
    const measured = signals[name] ?? null
    if (measured === null) return [`limits.${name} is ${figure(limit)}, but ${name} was not measured: ${missing[name]}`]
    if (measured <= limit) return []
    return [
      `${name} ${figure(measured)} is above limits.${name} ${figure(limit)}: ${accounts[name](signals as Signals, trained)}`
    ]
  })
}
