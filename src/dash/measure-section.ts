// The measures section: a histogram of every number that a filter measured, and bars for the texts.
import { histogramFigure } from "./histogram-figure.ts"
import { html, type Markup } from "./html.ts"
import type { Category, MeasureReport } from "./measure-report.ts"
import { count, counted, percent } from "./number-text.ts"
import type { ReportData } from "./report-data.ts"
import { settingText, type Threshold } from "./threshold.ts"
import { shown } from "./excerpt.ts"

const thresholdText = (beyond: number, { option, value, side, reason }: Threshold): Markup =>
  html`<span class="threshold-text"><code>${option} ${settingText(value)}</code> ${counted(beyond, "row")} ${side === "least" ? "below" : "above"}${reason !== null && html`, <b>${reason}</b>`}</span> `

const numbers = (report: MeasureReport): Markup => {
  const { measure, node, thresholds, histogram, beyond } = report
  if (histogram === null)
    return html`<figure class="panel measure"><figcaption><b>${measure}</b> <span class="muted">no row has a value</span></figcaption></figure>`
  const { figure, text } = histogramFigure(`${measure} at ${node}`, histogram, thresholds)
  return html`<figure class="panel measure"><figcaption><b>${measure}</b> ${thresholds.map((one) => thresholdText(beyond[one.option]!, one))}</figcaption>
${figure}<p class="note">${text}</p></figure>`
}

const bars = ({ measure }: MeasureReport, categories: ReadonlyArray<Category>): Markup => {
  const most = Math.max(1, ...categories.map(({ kept, lost }) => kept + lost))
  const part = (rows: number, name: string) =>
    rows > 0 && html`<i class="${name}" style="width:${((rows / most) * 100).toFixed(2)}%"></i>`
  return html`<div class="panel measure"><table class="categories"><caption>${measure}</caption><thead><tr><th scope="col">Value</th><th scope="col" class="n">Kept</th><th scope="col" class="n">Dropped</th><th scope="col">Share kept</th></tr></thead><tbody>
${categories.map(
  ({ value, kept, lost }) =>
    html`<tr><th scope="row">${value === null ? html`<i>all others</i>` : value === "" ? html`<i>none</i>` : shown(value)}<span class="bar">${part(kept, "part-kept")}${part(lost, "part-lost")}</span></th><td class="n">${count(kept)}</td><td class="n">${count(lost)}</td><td class="n">${percent(kept, kept + lost)}</td></tr>
`
)}</tbody></table></div>`
}

/** The section on measures, or null where no filter measures. */
export const measureSection = (data: ReportData): Markup | null => {
  const { measures = [], left } = data.rows ?? {}
  if (measures.length === 0) return null
  const nodes = Map.groupBy(measures, ({ node }) => node)
  return html`<section id="measures"><h2>Measures</h2><p class="intro">Every row that a filter measured, by its scores as they are stored; a threshold is drawn where it stands. Rows beyond a threshold may have been dropped for a reason that is asked before.</p>
<div class="legend"><span><i class="swatch part-kept"></i>kept</span><span><i class="swatch part-lost"></i>dropped for the reason of this measure</span><span><i class="swatch part-other"></i>dropped for another reason</span></div>
${[...nodes].map(
  ([node, list]) => html`<h3><code>${node}</code></h3><div class="panels measures">${list.map((report) =>
    report.categories === null ? numbers(report) : bars(report, report.categories)
  )}</div>
`
)}${left !== undefined && left.measures > 0 && html`<p class="note">${counted(left.measures, "measure")} more ${left.measures === 1 ? "is" : "are"} not drawn.</p>`}</section>`
}
