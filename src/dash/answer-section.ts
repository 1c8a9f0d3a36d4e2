// Before and after: the same held-out questions with the baseline's answer, each tuned model's and the reference, side by side.
import type { Evaluation } from "./evaluation.ts"
import { html, type Markup } from "./html.ts"
import { counted, figure } from "./number-text.ts"
import type { ReportData } from "./report-data.ts"

type Sample = Evaluation["samples"][number]

/** The baseline first, the others as the report names them; a model without an answer is left out. */
const orderOf = (evaluation: Evaluation, { answers }: Sample): ReadonlyArray<string> => {
  const names = Object.keys(answers)
  return [
    ...names.filter((name) => name === evaluation.baseline),
    ...names.filter((name) => name !== evaluation.baseline)
  ]
}

const scoreText = (scores: { readonly [score: string]: number } | undefined): string =>
  [
    ["perplexity", "perplexity of the reference"],
    ["f1", "F1"]
  ]
    .flatMap(([key, name]) => (scores?.[key!] === undefined ? [] : [`${name} ${figure(scores[key!]!)}`]))
    .join(", ")

const answerFigure = (evaluation: Evaluation, sample: Sample, model: string): Markup => {
  const { answers, scores } = sample
  const several = Object.keys(answers).length > 1 && evaluation.baseline !== null
  const when = !several ? "" : model === evaluation.baseline ? "before: " : "after: "
  const told = scoreText(scores?.[model])
  const answer = answers[model]!
  return html`<figure class="answer"><figcaption>${when}<b>${model}</b>${told !== "" && html`<span class="answer-scores">${told}</span>`}</figcaption><blockquote>${answer === "" ? html`<i>(empty)</i>` : answer}</blockquote></figure>`
}

const samplePanel = (evaluation: Evaluation, sample: Sample): Markup =>
  html`<article class="panel sample"><h3 class="question">${sample.question}</h3>
<div class="answers">${orderOf(evaluation, sample).map((model) => answerFigure(evaluation, sample, model))}<figure class="answer reference"><figcaption>reference</figcaption><blockquote>${sample.reference}</blockquote></figure></div><p class="row-id">row <code>${sample.id}</code></p></article>`

/** Whether some evaluation quotes answers of a baseline and of another model. */
const compares = (data: ReportData): boolean =>
  data.evaluations.some(
    ({ evaluation: { baseline, samples } }) =>
      baseline !== null && samples.some(({ answers }) => baseline in answers && Object.keys(answers).length > 1)
  )

/** What the section is called: samples, where there is nothing to compare. */
export const answerTitle = (data: ReportData): string => (compares(data) ? "Before and after" : "Samples")

/** Questions with every model's answer and the reference, or null where a report quotes none. */
export const answerSection = (data: ReportData): Markup | null => {
  const quoted = data.evaluations.filter(({ evaluation }) => evaluation.samples.length > 0)
  if (quoted.length === 0) return null
  return html`<section id="samples"><h2>${answerTitle(data)}</h2>${quoted.map(
    ({ evaluation }) =>
      html`<p class="intro">${counted(evaluation.samples.length, "question")} of the ${counted(evaluation.examples, "example")} that were asked, each model's own answer beside the reference.</p>${evaluation.samples.map((sample) => samplePanel(evaluation, sample))}`
  )}</section>`
}
