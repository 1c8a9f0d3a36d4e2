// The closing sections: where the rows come from, where they went, what to type to ask more, digests and environment.
import { html, type Markup } from "./html.ts"
import { count, counted } from "./number-text.ts"
import type { ReportData } from "./report-data.ts"
import type { SourceAudit, SourceFolder } from "./audit.ts"

/** A word for a shell, quoted where it needs to be. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./#-]+$/.test(text) && !text.startsWith("#") ? text : `'${text.replaceAll("'", "'\\''")}'`

const command = (words: ReadonlyArray<string>): Markup =>
  html`<code class="command">${words.map(shellWord).join(" ")}</code>`

const sourceBlock = (source: SourceAudit): Markup => {
  const bar = ({
    folder,
    files,
    records
  }: SourceFolder) => html`<tr><th scope="row"><code>${folder}</code></th><td class="n">${counted(files, "file")}</td><td class="n">${count(records)}</td><td class="share"><span class="bar"><i class="part-kept" style="width:${((records / Math.max(1, source.records)) * 100).toFixed(2)}%"></i></span></td></tr>
`
  return html`<div class="source"><p><b><code>${source.node}</code></b> read ${counted(source.records, "record")} in ${counted(source.files, "file")} and gave ${counted(source.rows, "row")}${source.patterns.length > 0 && html`, from ${source.patterns.map((pattern, at) => html`${at > 0 && ", "}<code>${pattern}</code>`)}`}.</p>
<div class="scroll"><table class="folders"><caption class="unseen">Records of ${source.node} by folder</caption><thead><tr><th scope="col">Folder</th><th scope="col" class="n">Files</th><th scope="col" class="n">Records</th><th scope="col">Share</th></tr></thead><tbody>
${source.folders.map(bar)}${source.others !== null && bar(source.others)}</tbody></table></div></div>`
}

const losses = (data: ReportData): Markup | null =>
  (data.audit.losses.length > 0 &&
    html`<h3>Why rows are missing</h3><p class="intro">The most frequent reasons, and what to type for the rows behind them.</p>
<ul class="losses">${data.audit.losses.map(
      ({ node, reason, rows, share }) =>
        html`<li><span><b>${count(rows)}</b> ${reason} <span class="muted">at ${node}, ${(share * 100).toFixed(share < 0.1 ? 1 : 0)} % of what it read</span></span>${command(["sluice", "drops", data.pipeline, node, "--reason", reason])}</li>`
    )}</ul>`) ||
  null

const accepted = ({ pipeline, audit }: ReportData): Markup | null =>
  audit.accepted.length === 0
    ? null
    : html`<h3>Accepted as equivalent</h3><p class="intro">Code that was changed and, by somebody's word, gives the same results: what stands here was not all computed by the code as it is now.</p>
<ul class="losses">${audit.accepted.map(
        ({ stage, because, by, at, changes }) =>
          html`<li><span><b>${stage}</b> ${because} <span class="muted">${by}, ${at.slice(0, 10)}; ${changes.join("; ")}</span></span></li>`
      )}</ul>${command(["sluice", "equivalent", pipeline, "--list"])}`

const tracing = ({ pipeline, audit, trainings }: ReportData): Markup | null => {
  if (audit.example === null) return null
  const { id, node } = audit.example
  const what = trainings.some((training) => training.node === node)
    ? html`This row was trained on by <code>${node}</code>; its trace names the file it comes from, what every node did with it, and the models that saw it.`
    : html`This row is in the output of <code>${node}</code>; its trace names the file it comes from and what every node did with it.`
  return html`<h3>Trace a row</h3><p class="intro">${what}</p>${command(["sluice", "trace", pipeline, id])}`
}

/** Where the data comes from and went. */
export const auditSection = (data: ReportData): Markup => html`<section id="audit"><h2>Data audit</h2>
<h3>Where the rows come from</h3>${data.audit.sources.map(sourceBlock)}
${losses(data)}${accepted(data)}${tracing(data)}</section>`

/** Reports that hold something else than an evaluation, as their data. */
export const otherReportSection = (data: ReportData): Markup | null =>
  data.otherReports.length === 0
    ? null
    : html`<section id="reports"><h2>Other reports</h2>${data.otherReports.map(
        ({ node, data: value }) =>
          html`<details><summary><code>${node}</code></summary><pre>${JSON.stringify(value, null, 2) ?? "null"}</pre></details>`
      )}</section>`

/** The content digest of every output. */
export const outputSection = (data: ReportData): Markup => html`<section id="outputs"><h2>Outputs</h2>
<p class="intro">A digest stands for the content: the same digest, the same rows or files, however they were computed.</p>
<div class="scroll" tabindex="0" role="group" aria-label="Outputs"><table class="outputs"><caption class="unseen">Outputs</caption><thead><tr><th scope="col">Output</th><th scope="col">Kind</th><th scope="col">Node</th><th scope="col" class="n">Rows</th><th scope="col">Digest</th></tr></thead><tbody>
${data.outputs.map(
  ({ name, kind, node, part, rows, digest }) =>
    html`<tr><th scope="row">${name}</th><td>${kind}</td><td><code>${node}</code>${part !== null && ` (${part})`}</td><td class="n">${rows === null ? "–" : count(rows)}</td><td class="digest"><code>${digest}</code></td></tr>
`
)}</tbody></table></div></section>`

const runtimeText = (runtime: unknown): string =>
  typeof runtime === "object" && runtime !== null
    ? Object.entries(runtime)
        .map(([name, version]) => `${name} ${String(version)}`)
        .join(", ")
    : String(runtime)

/** What the results were computed with, and by which run. */
export const environmentSection = (data: ReportData): Markup => {
  const sets = Object.entries(data.sets)
  return html`<section id="environment"><h2>Environment</h2><dl class="facts wide">
<div><dt>Pipeline</dt><dd><code>${data.file}</code></dd></div>
${data.lastRun !== null && html`<div><dt>Run</dt><dd><code>${data.lastRun.run}</code>${data.lastRun.workers !== null && html`, ${counted(data.lastRun.workers, "worker")}`}</dd></div>`}
${sets.length > 0 && html`<div><dt>Settings</dt><dd>${sets.map(([target, value]) => html`<code>--set ${shellWord(`${target}=${value}`)}</code> `)}</dd></div>`}
${data.environment.map(({ runtime, nodes }) => html`<div><dt>Runtime of ${counted(nodes, "node")}</dt><dd>${runtimeText(runtime)}</dd></div>`)}
</dl></section>`
}
