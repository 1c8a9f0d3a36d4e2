// The funnel: what every node did to its rows, with bars for what was kept, merged and lost.
import { html, type Markup } from "./html.ts"
import { count, size, span } from "./number-text.ts"
import type { ReportData, ReportNode } from "./report-data.ts"

type Heading = readonly [name: string, kind: "text" | "number"]

const columns: ReadonlyArray<Heading> = [
  ["Node", "text"],
  ["In", "number"],
  ["Kept", "number"],
  ["Dropped", "number"],
  ["Merged", "number"],
  ["Failed", "number"],
  ["Out", "number"],
  ["Computed", "number"],
  ["Reused", "number"],
  ["Time", "number"],
  ["Reasons", "text"]
]

const headings = ({ rows }: ReportData): ReadonlyArray<Heading> =>
  rows === null ? columns : [...columns.slice(0, 7), ["Text out", "number"], ...columns.slice(7)]

/** Bytes of text that a node gives, where they were read. */
const bytes = (node: ReportNode, data: ReportData): Markup | null => {
  if (data.rows === null) return null
  const given = data.rows.bytes.nodes[node.name]
  return given === undefined
    ? html`<td class="n zero">–</td>`
    : html`<td class="n" data-value="${given.bytes}" title="UTF-8 of ${given.columns.join(", ")}">${size(given.bytes)}</td>`
}

const cell = (rows: number): Markup =>
  html`<td class="n${rows === 0 ? " zero" : ""}" data-value="${rows}">${count(rows)}</td>`

const bar = ({ totals }: ReportNode): Markup | null => {
  if (totals.in === 0) return null
  const part = (rows: number, name: string) =>
    rows > 0 && html`<i class="${name}" style="width:${((rows / totals.in) * 100).toFixed(2)}%"></i>`
  return html`<span class="bar">${part(totals.kept, "part-kept")}${part(totals.merged, "part-merged")}${part(totals.dropped + totals.failed, "part-lost")}</span>`
}

/** Reasons named here; the table by reason has all of them. */
const reasonsNamed = 5

const reasons = ({ reasons, totals }: ReportNode): Markup => {
  const all = Object.entries(reasons).sort((a, b) => b[1] - a[1])
  const list = all.slice(0, all.length === reasonsNamed + 1 ? reasonsNamed + 1 : reasonsNamed)
  return html`<td class="reasons">${list.map(
    ([reason, rows]) =>
      html`<span class="reason"><span class="reason-name">${reason}</span> <b>${count(rows)}</b><i class="reason-bar" style="width:${((rows / Math.max(1, totals.in)) * 100).toFixed(2)}%"></i></span>`
  )}${all.length > list.length && html`<span class="muted">and ${all.length - list.length} more, below</span>`}</td>`
}

/** Seconds in the last run; of a hit, what its result cost when it was computed. */
const time = (node: ReportNode, data: ReportData): Markup => {
  const last = data.lastRun?.nodes[node.name]
  const times = data.times.nodes[node.name]!
  const hit = last?.verdict === "hit"
  const seconds = hit ? times.computed : (times.lastRun ?? times.computed)
  return html`<td class="n${hit ? " past" : ""}" data-value="${seconds}"${hit && html` title="when it was computed; reused in the last run"`}>${span(seconds)}</td>`
}

const row = (node: ReportNode, data: ReportData): Markup => {
  const last = data.lastRun?.nodes[node.name]
  const { totals } = node
  return html`<tr><th scope="row" data-value="${node.name}"><span class="kind kind-${node.kind}" title="${node.kind}"></span><code>${node.name}</code>${last !== undefined && html` <span class="verdict verdict-${last.verdict}">${last.verdict}</span>`}${bar(node)}</th>${cell(totals.in)}${cell(totals.kept)}${cell(totals.dropped)}${cell(totals.merged)}${cell(totals.failed)}${cell(totals.out)}${bytes(node, data)}${last === undefined ? html`<td class="n zero">–</td><td class="n zero">–</td>` : [cell(last.computed), cell(last.reused)]}${time(node, data)}${reasons(node)}</tr>
`
}

/** The table of all nodes in pipeline order. */
export const funnelTable = (
  data: ReportData
): Markup => html`<div class="scroll" tabindex="0" role="group" aria-label="Rows at every node"><table class="funnel" data-sortable><caption>Rows at every node</caption><thead><tr>${headings(
  data
).map(([name, kind]) => html`<th scope="col"${kind === "number" && html` class="n"`}>${name}</th>`)}</tr></thead><tbody>
${data.nodes.map((node) => row(node, data))}</tbody></table></div>`
