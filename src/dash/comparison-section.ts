// Models side by side: scores with their intervals on one scale per metric, and paired differences with a verdict.
import type { Difference, Disagreement, Evaluation, Interval, PairedComparison } from "./evaluation.ts"
import { html, type Markup } from "./html.ts"
import { chance, count, counted, figure, signed } from "./number-text.ts"
import type { ReportData } from "./report-data.ts"

interface Metric {
  readonly key: string
  readonly name: string
  /** What a difference of it is given in, where that is another figure. */
  readonly paired: string
  readonly better: "low" | "high"
}

const knownMetrics: ReadonlyArray<Metric> = [
  { key: "perplexity", name: "Answer perplexity", paired: "nllPerToken", better: "low" },
  { key: "bitsPerByte", name: "Bits per byte", paired: "nllPerByte", better: "low" },
  { key: "exactMatch", name: "Exact match", paired: "exactMatch", better: "high" },
  { key: "f1", name: "Token F1", paired: "f1", better: "high" },
  { key: "rougeL", name: "ROUGE-L", paired: "rougeL", better: "high" }
]

/** Shown as other metrics: the logarithms behind perplexity and bits per byte. */
const told = new Set(["nllPerToken", "nllPerByte"])

const pairedNames: { readonly [key: string]: string } = {
  nllPerToken: "nats per token",
  nllPerByte: "nats per byte"
}

const metricsOf = (evaluation: Evaluation): ReadonlyArray<Metric> => {
  const present = new Set(Object.values(evaluation.models).flatMap(Object.keys))
  const known = knownMetrics.filter(({ key }) => present.has(key))
  const names = new Set([...known.map(({ key }) => key), ...told])
  const others = [...present].filter((key) => !names.has(key))
  return [...known, ...others.map((key): Metric => ({ key, name: key, paired: key, better: "high" }))]
}

/** An interval as a line with its estimate as a dot, on the scale that all models share. */
const whisker = ({ estimate, low, high }: Interval, from: number, to: number): Markup => {
  const at = (value: number) => (4 + (to > from ? (value - from) / (to - from) : 0.5) * 112).toFixed(1)
  return html`<svg class="whisker" viewBox="0 0 120 10" aria-hidden="true"><line class="whisker-scale" x1="4" x2="116" y1="5" y2="5"/><line class="whisker-line" x1="${at(low)}" x2="${at(high)}" y1="5" y2="5"/><circle class="whisker-dot" cx="${at(estimate)}" cy="5" r="3"/></svg>`
}

const scoreCell = (evaluation: Evaluation, model: string, { key }: Metric): Markup => {
  const all = Object.values(evaluation.models).flatMap((scores) => scores[key] ?? [])
  const score = evaluation.models[model]?.[key]
  if (score === undefined) return html`<td class="n zero">–</td>`
  const from = Math.min(...all.map(({ low }) => low))
  const to = Math.max(...all.map(({ high }) => high))
  return html`<td class="score"><b>${figure(score.estimate)}</b> <span class="interval">${figure(score.low)} – ${figure(score.high)}</span>${whisker(score, from, to)}</td>`
}

/** Whether the first model is better, worse, or neither is shown. */
const verdictOf = (estimate: number, shown: boolean, better: "low" | "high"): "better" | "worse" | "open" =>
  !shown || estimate === 0 ? "open" : estimate < 0 === (better === "low") ? "better" : "worse"

const verdictTexts = { better: "better", worse: "worse", open: "not significant" } as const

const differenceCell = (difference: Difference, metric: Metric, comparable: boolean): Markup => {
  const { estimate, low, high, p } = difference
  const verdict = verdictOf(estimate, low > 0 || high < 0, metric.better)
  return html`<td class="score"><b>${signed(estimate)}</b> <span class="interval">${signed(low)} to ${signed(high)}</span><br>${comparable ? html`<span class="verdict-${verdict}">${verdictTexts[verdict]}</span>` : html`<span class="verdict-open">not comparable</span>`} <span class="p">${chance(p)}</span></td>`
}

const disagreementCell = ({ estimate, firstOnly, secondOnly, p }: Disagreement, metric: Metric): Markup => {
  const verdict = verdictOf(estimate, p < 0.05, metric.better)
  return html`<td class="score"><b>${signed(estimate)}</b> <span class="interval">${count(firstOnly)} : ${count(secondOnly)} only one right</span><br><span class="verdict-${verdict}">${verdictTexts[verdict]}</span> <span class="p">${chance(p)}</span></td>`
}

const pairRow = (
  comparison: PairedComparison,
  metrics: ReadonlyArray<Metric>
): Markup => html`<tr><th scope="row">${comparison.first} <span class="minus">−</span> ${comparison.second}</th>${metrics.map(
  (metric) => {
    const difference = comparison.differences[metric.paired]
    const disagreement = comparison.disagreements[metric.paired]
    if (difference !== undefined)
      return differenceCell(difference, metric, comparison.sameTokens || metric.paired !== "nllPerToken")
    return disagreement === undefined ? html`<td class="n zero">–</td>` : disagreementCell(disagreement, metric)
  }
)}</tr>
`

const direction = ({ better }: Metric): Markup =>
  html`<span class="direction">${better === "low" ? "lower is better" : "higher is better"}</span>`

const notes = (evaluation: Evaluation): Markup => {
  const skipped = Object.entries(evaluation.skipped).map(([reason, rows]) => `${count(rows)} ${reason}`)
  const { bootstrap, seed, maxNewTokens } = evaluation.settings
  return html`<p class="note">${counted(evaluation.examples, "example")}${skipped.length > 0 && html`, left out: ${skipped.join(", ")}`}. Intervals are 95 %${typeof bootstrap === "number" && html`, from ${count(bootstrap)} bootstrap resamples over the examples`}${typeof seed === "number" && html` (seed ${seed})`}${typeof maxNewTokens === "number" && html`; answers are greedy, of at most ${count(maxNewTokens)} tokens`}. A difference is significant where its interval excludes 0; for exact match, where McNemar's p is below 0.05.</p>`
}

const evaluationPanel = (node: string, evaluation: Evaluation): Markup => {
  const metrics = metricsOf(evaluation)
  const models = Object.keys(evaluation.models)
  const order = [
    ...models.filter((model) => model === evaluation.baseline),
    ...models.filter((model) => model !== evaluation.baseline)
  ]
  return html`<h3><code>${node}</code></h3>
${evaluation.gates.map(({ passed, sentence }) => html`<p class="gate ${passed ? "good" : "bad"}"><b>${passed ? "Gate passed." : "Gate not passed."}</b> ${sentence}</p>`)}
<div class="scroll" tabindex="0" role="group" aria-label="Scores of the models"><table class="scores"><caption>Scores</caption><thead><tr><th scope="col">Model</th>${metrics.map((metric) => html`<th scope="col">${metric.name} ${direction(metric)}</th>`)}</tr></thead><tbody>
${order.map(
  (
    model
  ) => html`<tr><th scope="row">${model}${model === evaluation.baseline && html` <span class="baseline">baseline</span>`}</th>${metrics.map((metric) => scoreCell(evaluation, model, metric))}</tr>
`
)}</tbody></table></div>
${
  evaluation.comparisons.length > 0 &&
  html`<div class="scroll" tabindex="0" role="group" aria-label="Paired differences"><table class="scores"><caption>Paired differences on the same examples</caption><thead><tr><th scope="col">Models</th>${metrics.map((metric) => html`<th scope="col">${metric.name}${pairedNames[metric.paired] !== undefined && html` <span class="direction">in ${pairedNames[metric.paired]}</span>`}</th>`)}</tr></thead><tbody>
${evaluation.comparisons.map((comparison) => pairRow(comparison, metrics))}</tbody></table></div>`
}
${notes(evaluation)}`
}

/** The section that compares models, or null where there is no evaluation. */
export const comparisonSection = (data: ReportData): Markup | null =>
  data.evaluations.length === 0
    ? null
    : html`<section id="comparison"><h2>Comparison</h2>${data.evaluations.map(({ node, evaluation }) => evaluationPanel(node, evaluation))}</section>`
