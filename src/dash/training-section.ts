// Training curves: the loss of each trained model, large, and gradient norm and learning rate beside it, small.
import { modelName } from "./headline.ts"
import { html, type Markup } from "./html.ts"
import { lineChart } from "./line-chart.ts"
import { amount, count, counted, figure } from "./number-text.ts"
import type { ReportData } from "./report-data.ts"
import type { Curve, TrainingReport } from "./training.ts"
import { probesList, signalsTable, sourcesTable, spikesList } from "./training-tables.ts"

const axisNames = {
  loss: "loss (nats per token)",
  gradNorm: "gradient norm",
  learningRate: "learning rate",
  lossScale: "loss scale"
} as const

const chart = (model: string, { name, points, trend, held }: Curve, width: number, height: number): Markup =>
  lineChart({
    title: `${axisNames[name]} of ${model}`,
    x: "step",
    y: axisNames[name],
    points,
    trend,
    ...(held !== undefined && { also: { name: "on held-out rows", points: held } }),
    width,
    height
  })

const facts = (training: TrainingReport): ReadonlyArray<readonly [string, string]> => {
  const { steps, firstLoss, finalLoss, closingLoss, mixedPrecision } = training
  const { tokens, supervisedTokens, parameters, trainedParameters, rows } = training
  const closing = closingLoss === null ? "" : `; mean of the last tenth ${figure(closingLoss)}`
  const list: Array<readonly [string, string]> = [
    ["Steps", count(steps)],
    ["Loss", `${figure(firstLoss)} → ${figure(finalLoss)}${closing}`]
  ]
  if (mixedPrecision !== null) {
    const { skippedSteps, lossScale } = mixedPrecision
    list.push(["Precision", `f16; ${counted(skippedSteps, "step")} skipped, loss scale ${count(lossScale)} at the end`])
  }
  if (parameters !== null)
    list.push([
      "Parameters",
      trainedParameters === null || trainedParameters === parameters
        ? amount(parameters)
        : `${amount(trainedParameters)} trained of ${amount(parameters)}`
    ])
  if (tokens !== null)
    list.push([
      "Tokens",
      supervisedTokens === null ? amount(tokens) : `${amount(tokens)}, loss on ${amount(supervisedTokens)}`
    ])
  const skipped = Object.entries(rows.skipped).map(([reason, number]) => `${count(number)} ${reason}`)
  list.push(["Rows", [`${count(rows.used)} used`, ...skipped].join(", ")])
  if (training.documents !== null) list.push(["Documents", count(training.documents)])
  return list
}

/** What stands below the figures, over the whole width. */
const more = (data: ReportData, training: TrainingReport, model: string): Markup | null => {
  const parts = [
    sourcesTable(model, training.sources),
    signalsTable(model, training.signals),
    probesList(training.probes),
    spikesList(data.pipeline, training)
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : html`<div class="training-more">${parts}</div>`
}

const panel = (data: ReportData, training: TrainingReport): Markup => {
  const model = modelName(data, training.node)
  const loss = training.curves.find(({ name }) => name === "loss")
  const others = training.curves.filter(({ name }) => name !== "loss")
  const below = more(data, training, model)
  return html`<article class="panel training${below !== null && " wide"}"><h3>${model} <code>${training.node}</code></h3>
${loss === undefined ? html`<p class="note">No steps were recorded.</p>` : chart(model, loss, 360, 230)}
${others.length > 0 && html`<div class="small-charts">${others.map((curve) => chart(model, curve, 360, 130))}</div>`}
${loss?.held !== undefined && html`<p class="note held-note"><i class="held-key"></i> loss on rows held out</p>`}<dl class="facts">${facts(training).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>${below}</article>`
}

/** The section on training, or null where nothing was trained. */
export const trainingSection = (data: ReportData): Markup | null =>
  data.trainings.length === 0
    ? null
    : html`<section id="training"><h2>Training</h2>
<p class="intro">${counted(data.trainings.length, "model")}; thin lines are single steps, thick ones a running mean.</p>
<div class="panels">${data.trainings.map((training) => panel(data, training))}</div></section>`
