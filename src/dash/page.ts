// The report as one HTML page: data in, text out. Nothing in it is fetched from elsewhere.
import { answerSection, answerTitle } from "./answer-section.ts"
import { auditSection, environmentSection, otherReportSection, outputSection, shellWord } from "./audit-section.ts"
import { comparisonSection } from "./comparison-section.ts"
import { duplicateSection } from "./duplicate-section.ts"
import { funnelTable } from "./funnel-table.ts"
import { graphFigure } from "./graph-figure.ts"
import { headline } from "./headline.ts"
import { html, Markup, scriptJson } from "./html.ts"
import { measureSection } from "./measure-section.ts"
import { mixSection } from "./mix-section.ts"
import { pageScript } from "./page-script.ts"
import { pageStyle } from "./page-style.ts"
import { reasonTable } from "./reason-table.ts"
import type { ReportData } from "./report-data.ts"
import { sampledSection } from "./sampled-section.ts"
import { trainingSection } from "./training-section.ts"

/** What is typed for the sections that a run does not write itself. */
const rowsNote = (data: ReportData): Markup | null =>
  data.rows === null
    ? html`<p class="note">Bytes, histograms of the measures, sampled rows, duplicates and the mixture are read on demand: <code class="command">${["sluice", "report", data.pipeline].map(shellWord).join(" ")}</code></p>`
    : null

/** Renders a report's page. The same data gives the same page. */
export const renderPage = (data: ReportData): string => {
  const optional = [
    ["measures", "Measures", measureSection(data)],
    ["rows", "Kept and dropped rows", sampledSection(data)],
    ["duplicates", "Duplicates", duplicateSection(data)],
    ["mix", "Mixture", mixSection(data)],
    ["training", "Training", trainingSection(data)],
    ["comparison", "Comparison", comparisonSection(data)],
    ["samples", answerTitle(data), answerSection(data)],
    ["reports", "Other reports", otherReportSection(data)]
  ] as const
  const present = optional.filter(([, , section]) => section !== null)
  const contents = [
    ["pipeline", "Pipeline"],
    ["funnel", "Funnel"],
    ...present.map(([id, name]) => [id, name] as const),
    ["audit", "Data audit"],
    ["outputs", "Outputs"],
    ["environment", "Environment"]
  ] as const
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${data.pipeline} – sluice report</title><style>${new Markup(pageStyle)}</style></head>
<body><main>
${headline(data)}
<nav aria-label="Sections">${contents.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>
<section id="pipeline"><h2>Pipeline</h2>${graphFigure(data)}</section>
<section id="funnel"><h2>Funnel</h2><p class="intro">Rows at every node: in = kept + dropped + merged + failed. Computed and reused are of the last run; a time in italics is what a reused result once took.</p>${funnelTable(data)}${reasonTable(data)}${rowsNote(data)}</section>
${present.map(([, , section]) => section)}
${auditSection(data)}
${outputSection(data)}
${environmentSection(data)}
<footer>Made from the store alone. The data of this page is in it, as JSON, in the element <code>report-data</code>.</footer>
</main>
<script type="application/json" id="report-data">${scriptJson(data)}<\/script>
<script>${new Markup(pageScript)}<\/script>
</body></html>
`.text
}
