// The section of sampled rows: for every reason, rows that were dropped for it beside rows that were kept.
import { shellWord } from "./audit-section.ts"
import { shown } from "./excerpt.ts"
import { html, type Markup } from "./html.ts"
import { count, counted, percent } from "./number-text.ts"
import type { ReportData } from "./report-data.ts"
import type { ReasonSample, SampleRow, SampleText } from "./sample-report.ts"
import { settingText } from "./threshold.ts"

/** The command that traces a row. */
export const traceCommand = (pipeline: string, id: string): Markup =>
  html`<code class="command">${["sluice", "trace", pipeline, id].map(shellWord).join(" ")}</code>`

/** Texts of a row, with their columns' names where there are several. */
export const textBlocks = (texts: ReadonlyArray<SampleText>): Markup =>
  html`${texts.map(
    ({ column, text }) =>
      html`${texts.length > 1 && html`<p class="column-name">${column}</p>`}<blockquote dir="auto" tabindex="0">${text === "" ? html`<i>(empty)</i>` : shown(text)}</blockquote>`
  )}`

const row = (pipeline: string, { id, nearest, note, texts }: SampleRow): Markup =>
  html`<figure class="answer"><figcaption>${shown(note)}${nearest && html` <span class="nearest">nearest to the threshold</span>`}</figcaption>${texts.length === 0 ? html`<p class="muted">This row has no text.</p>` : textBlocks(texts)}<p class="row-id">${traceCommand(pipeline, id)}</p></figure>`

const side = (pipeline: string, name: string, rows: ReadonlyArray<SampleRow>): Markup =>
  html`<div class="side"><h4>${name}</h4>${rows.length === 0 ? html`<p class="muted">none</p>` : rows.map((one) => row(pipeline, one))}</div>`

const block = (data: ReportData, sample: ReasonSample, isFirst: boolean): Markup => {
  const { node, reason, rows, threshold, dropped, kept } = sample
  const all = data.nodes.find(({ name }) => name === node)?.totals.in ?? rows
  return html`<details class="reason-sample"${isFirst && html` open`}><summary><b>${reason}</b> ${counted(rows, "row")}, ${percent(rows, all)}${threshold !== null && html` <span class="muted">${threshold.measure} ${threshold.side === "least" ? "below" : "above"} <code>${threshold.option} ${settingText(threshold.value)}</code></span>`}</summary>
<div class="sides">${side(data.pipeline, reason === "failed" ? "Failed" : "Dropped", dropped)}${side(data.pipeline, "Kept", kept)}</div>
<p class="note">All of them: <code class="command">${["sluice", "drops", data.pipeline, node, "--reason", reason].map(shellWord).join(" ")}</code></p></details>
`
}

/** The section of sampled rows, or null where nothing was dropped. */
export const sampledSection = (data: ReportData): Markup | null => {
  const { samples = [], left } = data.rows ?? {}
  if (samples.length === 0) return null
  return html`<section id="rows"><h2>Kept and dropped rows</h2><p class="intro">Drawn by lot from the ids of the rows, so that every run draws the same ones; and the rows that stand nearest to a threshold on either side. Long texts have their middle cut.</p>
${[...Map.groupBy(samples, ({ node }) => node)].map(
  ([node, list]) => html`<h3><code>${node}</code></h3>${list.map((sample, at) => block(data, sample, at === 0))}`
)}${left !== undefined && left.reasons > 0 && html`<p class="note">${count(left.reasons)} less frequent ${left.reasons === 1 ? "reason has" : "reasons have"} no sample here.</p>`}</section>`
}
