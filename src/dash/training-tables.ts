// Tables of a training: what each source contributed, signals of failure beside their limits, answers before and after, spikes.
import type { SignalLine, SourceSummary } from "../lineage/training-summary.ts"
import { shown } from "./excerpt.ts"
import { html, type Markup } from "./html.ts"
import { count, counted, figure, percent } from "./number-text.ts"
import { traceCommand } from "./sampled-section.ts"
import type { ProbeReport, TrainingReport } from "./training.ts"
import type { SpikeReport } from "./training-spikes.ts"

const loss = (value: number | null): string => (value === null ? "–" : figure(value))

/** A table that scrolls where it is too wide; `numbers` are the places of the columns that hold some. */
const scrolling = (
  caption: string,
  model: string,
  head: ReadonlyArray<string>,
  numbers: ReadonlyArray<number>,
  lines: ReadonlyArray<Markup>
): Markup =>
  html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}: ${model}"><table><caption>${caption}</caption><thead><tr>${head.map((name, at) => html`<th scope="col"${numbers.includes(at) && html` class="n"`}>${name}</th>`)}</tr></thead><tbody>${lines}</tbody></table></div>`

const sourceLine = ({ source, rows, seen, tokens, share, firstLoss, lastLoss, validation }: SourceSummary): Markup =>
  html`<tr><th scope="row">${source === "" ? html`<i>not named</i>` : source}<span class="bar"><i class="part-kept" style="width:${(share * 100).toFixed(2)}%"></i></span></th><td class="n">${count(rows)}</td><td class="n">${count(seen)}</td><td class="n">${count(tokens)}</td><td class="n">${percent(share, 1)}</td><td class="n">${loss(firstLoss)} → ${loss(lastLoss)}</td><td class="n">${validation === undefined ? "–" : `${loss(validation.first)} → ${loss(validation.last)}`}</td></tr>
`

/** What each source contributed: the share is of the tokens that the loss is taken over. */
export const sourcesTable = (model: string, sources: ReadonlyArray<SourceSummary>): Markup | null =>
  sources.length === 0
    ? null
    : scrolling(
        "What each source contributed",
        model,
        ["source", "rows", "times seen", "tokens", "share", "loss, first → last", "on held-out rows"],
        [1, 2, 3, 4, 5, 6],
        sources.map(sourceLine)
      )

const signalLine = ({ signal, value, limit, account }: SignalLine): Markup => {
  const beyond = value !== null && limit !== undefined && value > limit
  const mark =
    limit === undefined
      ? html`<span class="muted">no limit</span>`
      : html`<span class="badge ${beyond || value === null ? "bad" : "good"}">${beyond ? "above" : value === null ? "not measured, limit" : "within"} ${figure(limit)}</span>`
  return html`<tr><th scope="row">${signal}</th><td class="n">${value === null ? "–" : figure(value)}</td><td>${mark}</td><td class="wide">${account}</td></tr>
`
}

/** Signals of what can go wrong in a tuning. */
export const signalsTable = (model: string, lines: ReadonlyArray<SignalLine>): Markup | null =>
  lines.length === 0
    ? null
    : scrolling("Signals of failure", model, ["signal", "measured", "limit", "behind it"], [1], lines.map(signalLine))

const answerBlock = (name: string, text: string, fault: string | null): Markup =>
  html`<div class="side"><h5>${name}${fault !== null && html` <span class="badge bad">${fault}</span>`}</h5><blockquote dir="auto" tabindex="0">${text === "" ? html`<i>(empty)</i>` : shown(text)}</blockquote></div>`

/** Answers on the same prompts before and after, beside those of the data. */
export const probesList = (answers: ReadonlyArray<ProbeReport>): Markup | null => {
  if (answers.length === 0) return null
  const faulty = answers.filter(({ fault }) => fault !== null).length
  return html`<details class="probes"><summary>${counted(answers.length, "prompt")}, answered before and after${faulty > 0 && html`; ${count(faulty)} with a fault`}</summary>${answers.map(
    ({ prompt, reference, before, after, fault }) =>
      html`<div class="probe"><p class="probe-prompt" dir="auto">${shown(prompt)}</p><div class="sides three">${answerBlock("Before", before, null)}${answerBlock("After", after, fault)}${answerBlock("In the data", reference, null)}</div></div>
`
  )}</details>`
}

const spikeBlock = (pipeline: string, { step, loss: high, usual, gradNorm, rows, shown: some }: SpikeReport): Markup =>
  html`<li>Step ${count(step)}: loss <b>${figure(high)}</b>, usually ${figure(usual)}; gradient norm ${figure(gradNorm)}; ${counted(rows, "row")}.
<ul class="spike-rows">${some.map(
    ({ id, places }) => html`<li>${places.length > 0 && html`${places.join(", ")} `}${traceCommand(pipeline, id)}</li>`
  )}${rows > some.length && html`<li class="muted">and ${count(rows - some.length)} more</li>`}</ul></li>
`

/** The steps whose loss stands out, with rows that they saw. */
export const spikesList = (pipeline: string, { spikes }: TrainingReport): Markup | null =>
  spikes.length === 0
    ? null
    : html`<h4>Loss spikes</h4><ul class="spikes">${spikes.map((spike) => spikeBlock(pipeline, spike))}</ul>`
