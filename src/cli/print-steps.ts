// The step ledger as text: a table thinned to what fits, and spikes with the rows that they saw.
import { placeText } from "../lineage/origin.ts"
import type { LedgerStep, Spike, StepRow } from "../lineage/steps.ts"
import type { SourceSummary } from "../lineage/training-summary.ts"
import { count, plural, table, type Terminal } from "./print.ts"
import { shortId } from "./print-lineage.ts"

const numbers = (step: LedgerStep) => [
  `${step.step}`,
  step.loss.toFixed(4),
  step.skipped ? "skipped" : step.gradNorm.toFixed(3),
  step.learningRate.toExponential(2),
  count(step.tokens),
  count(step.supervised),
  count(new Set(step.rowIds).size),
  ...(step.lossScale === undefined ? [] : [count(step.lossScale)])
]

/** First and last step, and between them as many at equal distances as asked for. */
const thinned = (steps: ReadonlyArray<LedgerStep>, most: number): ReadonlyArray<LedgerStep> => {
  if (steps.length <= most) return steps
  const stride = (steps.length - 1) / Math.max(1, most - 1)
  return Array.from({ length: Math.max(2, most) }, (_, at) => steps[Math.round(at * stride)]!)
}

export const printSteps = (to: Terminal, steps: ReadonlyArray<LedgerStep>, most: number): void => {
  const shown = thinned(steps, most)
  const isMixed = steps.some(({ lossScale }) => lossScale !== undefined)
  const names = ["step", "loss", "grad norm", "lr", "tokens", "supervised", "rows", ...(isMixed ? ["loss scale"] : [])]
  const head = names.map((name) => to.paint("dim", name))
  const sides = Array<"right">(names.length).fill("right")
  for (const line of table(to, [head, ...shown.map(numbers)], sides)) to.line(line)
  const tokens = steps.reduce((total, step) => total + step.tokens, 0)
  const skipped = steps.filter((step) => step.skipped).length
  const left = steps.length - shown.length
  const parts = [
    `${plural(steps.length, "step")}, ${plural(tokens, "token")}`,
    ...(skipped > 0 ? [`${count(skipped)} skipped: gradients beyond f16`] : []),
    ...(left > 0 ? [`${count(left)} not shown (--rows, --json)`] : [])
  ]
  to.line(`  ${parts.join("; ")}`)
}

const loss = (value: number | null): string => (value === null ? "–" : value.toFixed(4))

/** What each source contributed: rows, tokens, its share of the supervised ones, and its loss from first to last. */
export const printSources = (to: Terminal, sources: ReadonlyArray<SourceSummary>): void => {
  if (sources.length === 0) return
  const held = sources.some(({ validation }) => validation !== undefined)
  const head = ["source", "rows", "seen", "tokens", "supervised", "share", "loss", ...(held ? ["validation"] : [])]
  const lines = sources.map(
    ({ source, rows, seen, tokens, supervisedTokens, share, firstLoss, lastLoss, validation }) => [
      source === "" ? "(none)" : source,
      count(rows),
      count(seen),
      count(tokens),
      count(supervisedTokens),
      `${(share * 100).toFixed(1)} %`,
      `${loss(firstLoss)} → ${loss(lastLoss)}`,
      ...(held ? [validation === undefined ? "–" : `${loss(validation.first)} → ${loss(validation.last)}`] : [])
    ]
  )
  to.line()
  const sides = ["left", ...Array<"right">(head.length - 1).fill("right")] as const
  for (const line of table(to, [head.map((name) => to.paint("dim", name)), ...lines], [...sides])) to.line(line)
}

interface ShownSpike extends Omit<Spike, "rowIds"> {
  readonly rows: ReadonlyArray<StepRow>
}

export const printSpikes = (
  to: Terminal,
  spikes: ReadonlyArray<ShownSpike>,
  steps: number,
  { most, pipeline }: { readonly most: number; readonly pipeline: string | undefined }
): void => {
  if (spikes.length === 0) {
    to.line(`no step of ${count(steps)} stands out`)
    return
  }
  for (const { step, loss, usual, deviations, gradNorm, rows } of spikes) {
    const above = `${to.paint("red", loss.toFixed(4))}, usually ${usual.toFixed(4)} (${deviations.toFixed(0)} spreads)`
    to.line(`${to.paint("bold", `step ${step}`)}  loss ${above}, gradient norm ${gradNorm.toFixed(3)}`)
    const shown = rows.slice(0, most).map(({ id, sources }) => {
      const [first, ...others] = sources
      const more = others.length > 0 ? ` and ${others.length} more` : ""
      return [to.paint("dim", shortId(id)), first === undefined ? "" : `${placeText(first)}${more}`]
    })
    for (const line of table(to, shown)) to.line(line)
    if (rows.length > most) to.line(`  … ${rows.length - most} more (--json lists all)`)
  }
  const id = spikes[0]!.rows[0]?.id
  if (pipeline !== undefined && id !== undefined) to.line(`  → sluice trace ${pipeline} ${shortId(id)}`)
}
