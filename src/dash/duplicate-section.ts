// The section on duplicates: clusters by size, the largest and some by lot, and how their members differ from the survivor.
import { shown } from "./excerpt.ts"
import { html, type Markup } from "./html.ts"
import { count, counted, percent } from "./number-text.ts"
import type { Cluster, ClusterMember, DuplicateReport } from "./duplicate-report.ts"
import type { ReportData } from "./report-data.ts"
import { textBlocks, traceCommand } from "./sampled-section.ts"
import type { WordDifference } from "./word-difference.ts"

const marked = ({ stretches, differences, left }: WordDifference): Markup =>
  differences === 0
    ? html`<p class="muted">the same text</p>`
    : html`<blockquote dir="auto" tabindex="0">${stretches.map(({ of, text }) => (of === "both" ? shown(text) : of === "first" ? html`<del>${shown(text)}</del>` : html`<ins>${shown(text)}</ins>`))}</blockquote>${left > 0 && html`<p class="note">and ${counted(left, "difference")} more</p>`}`

const member = (pipeline: string, { id, similarity: share, differences }: ClusterMember): Markup =>
  html`<figure class="answer"><figcaption>similarity ${similarity(share)}</figcaption>${
    differences.length === 0
      ? html`<p class="muted">These rows have no text.</p>`
      : differences.map(
          ({ column, difference }) =>
            html`${differences.length > 1 && html`<p class="column-name">${column}</p>`}${difference === null ? html`<p class="muted">differs in too many words to be marked</p>` : marked(difference)}`
        )
  }<p class="row-id">${traceCommand(pipeline, id)}</p></figure>`

const similarity = (value: number): string => (value === 1 ? "1" : value.toFixed(3))

/** The similarities of the members that are shown. */
const similarities = (members: ReadonlyArray<ClusterMember>): string =>
  [...new Set(members.map((one) => similarity(one.similarity)))].join(", ")

const cluster = (pipeline: string, { survivor, texts, rows, members }: Cluster, isFirst: boolean): Markup => {
  const others = rows - 1 - members.length
  return html`<details class="reason-sample"${isFirst && html` open`}><summary><b>${counted(rows, "row")}</b> <span class="muted">similarity ${similarities(members)}</span></summary>
<div class="sides"><div class="side"><h4>Survivor</h4><figure class="answer">${textBlocks(texts)}<p class="row-id">${traceCommand(pipeline, survivor)}</p></figure></div><div class="side"><h4>Merged into it</h4>${members.map((one) => member(pipeline, one))}${others > 0 && html`<p class="muted">and ${counted(others, "row")} more</p>`}</div></div></details>
`
}

const report = (pipeline: string, found: DuplicateReport): Markup => {
  const { node, clusters, merged, sizes, largest, byLot } = found
  return html`<h3><code>${node}</code></h3><p>${counted(merged, "row")} ${merged === 1 ? "was" : "were"} merged into ${counted(clusters, "survivor")}.</p>
<table class="cluster-sizes"><caption>Clusters by size</caption><thead><tr><th scope="col">Rows, the survivor among them</th><th scope="col" class="n">Clusters</th><th scope="col" class="n">Share</th></tr></thead><tbody>
${sizes.map((size) => html`<tr><th scope="row">${size.rows}</th><td class="n">${count(size.clusters)}</td><td class="n">${percent(size.clusters, clusters)}</td></tr>`)}</tbody></table>
<h4>The largest</h4>${largest.map((one, at) => cluster(pipeline, one, at === 0))}${byLot.length > 0 && html`<h4>By lot</h4>${byLot.map((one) => cluster(pipeline, one, false))}`}`
}

/** The section on duplicates, or null where nothing was merged. */
export const duplicateSection = (data: ReportData): Markup | null => {
  const { duplicates = [], left } = data.rows ?? {}
  if (duplicates.length === 0) return null
  return html`<section id="duplicates"><h2>Duplicates</h2><p class="intro">Rows that were merged into a survivor. Of their texts stands what differs, with a little of what is around it: <del>words of the survivor alone</del>, <ins>words of the merged row alone</ins>.</p>
${duplicates.map((found) => report(data.pipeline, found))}${left !== undefined && left.duplicates > 0 && html`<p class="note">The clusters of ${counted(left.duplicates, "more node")} are not shown.</p>`}</section>`
}
