// evaluate.gate: passes a report on only when a figure is within bounds, or when one model beats another.
import { cp, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"
import { beats, withinBounds } from "./condition.ts"
import type { Evaluation } from "./evaluation.ts"

/**
 * A condition on a report, in one of two forms.
 * `{ metric: "tuned/f1", atLeast: 0.4 }`: a figure of one model, `atLeast` and `atMost` inclusive.
 * `{ better: "tuned", than: "base", metric: "perplexity" }`: the 95 % interval of the paired difference excludes 0.
 * The result is the report with the verdict added; a gate that does not open fails the run with exit 3.
 *
 * @example
 * import { evaluate, synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const on = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * const report = evaluate.suite({ models: { base }, on })
 * report.pipe(evaluate.gate({ metric: "base/exactMatch", atMost: 0.5 }))
 * // → { gates: [{ passed: true, … }], … }
 */
export const gate = Stage.program({
  name: "evaluate.gate",
  inputs: { report: input.report() },
  main: "report",
  emits: "report",
  options: {
    metric: opt(Schema.String, "perplexity"),
    atLeast: opt.maybe(Schema.Finite),
    atMost: opt.maybe(Schema.Finite),
    better: opt.maybe(Schema.String),
    than: opt.maybe(Schema.String)
  },
  run: async ({ inputs, options, out }) => {
    const { metric, atLeast, atMost, better, than } = options
    const evaluation = inputs.report.data as Evaluation
    const bounded = atLeast !== undefined || atMost !== undefined
    const compared = better !== undefined || than !== undefined
    if (bounded === compared || (compared && (better === undefined || than === undefined)))
      throw new Error(
        'evaluate.gate takes either { metric: "MODEL/METRIC", atLeast or atMost } or { better, than, metric }'
      )
    const verdict = bounded
      ? withinBounds(evaluation, metric, { atLeast, atMost })
      : beats(evaluation, metric, better as string, than as string)
    const data = { ...evaluation, gates: [...(evaluation.gates ?? []), verdict] } satisfies Evaluation
    await cp(inputs.report.folder, out, { recursive: true })
    await writeFile(join(out, "report.json"), `${JSON.stringify(data, null, 2)}\n`)
    return { data, passed: verdict.passed }
  }
})
