// The report's first sentences: what was trained on how much, how it compares with its baseline, whether the gate opened.
import type { Difference, Evaluation } from "./evaluation.ts"
import { html, type Markup } from "./html.ts"
import { count, counted, figure, moment, signed, span } from "./number-text.ts"
import type { ReportData } from "./report-data.ts"
import type { TrainingReport } from "./training.ts"

export interface Contrast {
  readonly better: string
  readonly than: string
  readonly first: number
  readonly second: number
  readonly metric: "perplexity" | "bits per byte"
  readonly unit: "nats per token" | "nats per byte"
  readonly difference: Difference
}

const turned = ({ estimate, low, high, p }: Difference): Difference => ({
  estimate: -estimate,
  low: -high,
  high: -low,
  p
})

/** The name of the output that a node's model has, or else the node's own. */
export const modelName = (data: ReportData, node: string): string =>
  data.outputs.find((output) => output.node === node)?.name ?? node

/** The pair that the gate compares; without such a gate, the model of least loss against the baseline. */
const pairOf = (data: ReportData, node: string, evaluation: Evaluation): readonly [string, string] | undefined => {
  const { better, than } = data.nodes.find(({ name }) => name === node)!.options
  if (typeof better === "string" && typeof than === "string") return [better, than]
  const baseline = evaluation.baseline ?? Object.keys(evaluation.models)[0]
  const loss = (model: string) => evaluation.models[model]?.nllPerByte?.estimate ?? Number.POSITIVE_INFINITY
  const [best] = Object.keys(evaluation.models)
    .filter((model) => model !== baseline)
    .sort((a, b) => loss(a) - loss(b))
  return best === undefined || baseline === undefined ? undefined : [best, baseline]
}

/** How two models' perplexities of the reference answers compare, on figures that their tokenizers allow to compare. */
export const contrastOf = (data: ReportData, node: string, evaluation: Evaluation): Contrast | undefined => {
  const pair = pairOf(data, node, evaluation)
  if (pair === undefined) return undefined
  const [better, than] = pair
  const straight = evaluation.comparisons.find(({ first, second }) => first === better && second === than)
  const reversed = evaluation.comparisons.find(({ first, second }) => first === than && second === better)
  const comparison = straight ?? reversed
  if (comparison === undefined) return undefined
  const found = comparison.differences[comparison.sameTokens ? "nllPerToken" : "nllPerByte"]
  const score = comparison.sameTokens ? "perplexity" : "bitsPerByte"
  const first = evaluation.models[better]?.[score]
  const second = evaluation.models[than]?.[score]
  if (found === undefined || first === undefined || second === undefined) return undefined
  return {
    better,
    than,
    first: first.estimate,
    second: second.estimate,
    metric: comparison.sameTokens ? "perplexity" : "bits per byte",
    unit: comparison.sameTokens ? "nats per token" : "nats per byte",
    difference: straight === undefined ? turned(found) : found
  }
}

/** The training that the headline speaks of: the gate's better model, or else the last one. */
const mainTraining = (data: ReportData, contrast: Contrast | undefined): TrainingReport | undefined => {
  const edge = data.edges.find(({ label }) => label !== null && label === contrast?.better)
  const named = data.trainings.find(({ node }) => node === edge?.from)
  return named ?? data.trainings.at(-1)
}

const trainingSentence = (data: ReportData, training: TrainingReport): Markup => {
  const { documents, rows, steps } = training
  const from = documents === null ? "" : html` from <b>${counted(documents, "document")}</b>`
  return html`<b>${modelName(data, training.node)}</b> was trained on <b>${counted(rows.used, "row")}</b>${from} in ${counted(steps, "step")}. `
}

const contrastSentence = (
  { better, than, first, second, metric, unit, difference }: Contrast,
  examples: number
): Markup => {
  const { estimate, low, high } = difference
  const verdict = low > 0 || high < 0 ? "an interval that excludes 0" : "an interval that includes 0"
  return html`On ${counted(examples, "held-out example")}, ${better} has an answer ${metric} of <b>${figure(first)}</b> against <b>${figure(second)}</b> for ${than}: a paired difference of ${signed(estimate)} ${unit}, 95 % CI ${signed(low)} to ${signed(high)}, ${verdict}. `
}

const gateSentence = (data: ReportData): Markup | null => {
  const gates = data.evaluations.flatMap(({ evaluation }) => evaluation.gates)
  const shut = data.nodes.filter(({ passed }) => !passed)
  const failed = Math.max(shut.length, gates.filter(({ passed }) => !passed).length)
  const total = Math.max(gates.length, failed)
  if (total === 0) return data.evaluations.length === 0 ? null : html`No gate was set.`
  if (total === 1)
    return failed === 0
      ? html`<span class="badge good">The gate passed.</span>`
      : html`<span class="badge bad">The gate did not pass.</span>`
  return failed === 0
    ? html`<span class="badge good">All ${total} gates passed.</span>`
    : html`<span class="badge bad">${failed} of ${total} gates did not pass.</span>`
}

const dataSentence = (data: ReportData): Markup => {
  const records = data.audit.sources.reduce((sum, source) => sum + source.records, 0)
  const files = data.audit.sources.reduce((sum, source) => sum + source.files, 0)
  const datasets = data.outputs.filter(({ rows }) => rows !== null)
  if (datasets.length === 0) return html`<b>${counted(records, "record")}</b> were read from ${counted(files, "file")}.`
  return html`<b>${counted(records, "record")}</b> in ${counted(files, "file")} became ${datasets.map(
    ({ name, rows }, at) =>
      html`${at === 0 ? "" : at === datasets.length - 1 ? " and " : ", "}<b>${name}</b> (${at === 0 ? counted(rows!, "row") : count(rows!)})`
  )}.`
}

/** The opening of the page: title, sentences, and a line about the run. */
export const headline = (data: ReportData): Markup => {
  const contrasts = data.evaluations.flatMap(({ node, evaluation }) => {
    const contrast = contrastOf(data, node, evaluation)
    return contrast === undefined ? [] : [{ contrast, examples: evaluation.examples }]
  })
  const training = mainTraining(data, contrasts[0]?.contrast)
  const sentences =
    training === undefined && contrasts.length === 0
      ? [dataSentence(data)]
      : [
          training !== undefined && trainingSentence(data, training),
          contrasts.map(({ contrast, examples }) => contrastSentence(contrast, examples))
        ]
  const verdicts = Object.values(data.lastRun?.nodes ?? {}).map(({ verdict }) => verdict)
  const hits = verdicts.filter((verdict) => verdict === "hit").length
  const { finished, seconds } = data.times
  return html`<header><p class="eyebrow">sluice report</p><h1>${data.pipeline}</h1>
<p class="lede">${sentences} ${gateSentence(data)}</p>
<p class="run-line">${counted(data.nodes.length, "node")}${data.lastRun !== null && html`; last run: ${hits} hit, ${verdicts.length - hits} run`}${seconds !== null && html`, ${span(seconds)}`}${finished !== null && html`, finished ${moment(finished)}`}</p></header>`
}
