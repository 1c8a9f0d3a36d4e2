// The funnel by reason: of the rows and bytes that came in at a node, how many went on and how many each reason took away.
import { html, type Markup } from "./html.ts"
import { count, percent, size } from "./number-text.ts"
import type { ReportData, ReportNode } from "./report-data.ts"

interface Fate {
  /** Empty for the rows that went on. */
  readonly reason: string
  readonly rows: number
}

const fates = ({ reasons, totals, kind }: ReportNode): ReadonlyArray<Fate> => {
  const lost = [
    ...Object.entries(reasons),
    ...(totals.failed > 0 && kind !== "program" ? [["failed", totals.failed] as const] : [])
  ]
  return [
    { reason: "", rows: totals.kept },
    ...lost.map(([reason, rows]) => ({ reason, rows })).sort((a, b) => b.rows - a.rows)
  ]
}

/** What a node's bytes are bytes of. */
const basis = (columns: ReadonlyArray<string>): Markup =>
  html`UTF-8 of ${columns.map((column, at) => html`${at > 0 && ", "}<code>${column}</code>`)}`

const block = (node: ReportNode, data: ReportData): Markup => {
  const bytes = data.rows?.bytes.reasons[node.name]
  const head = html`<tr class="group"><th scope="rowgroup" colspan="${data.rows === null ? 3 : 5}"><code>${node.name}</code> <span class="muted">${count(node.totals.in)} rows in${bytes !== undefined && html`, ${size(bytes.bytes)} (${basis(bytes.columns)})`}</span></th></tr>`
  const line = ({ reason, rows }: Fate): Markup => {
    const own = bytes?.by[reason] ?? (bytes === undefined ? undefined : 0)
    return html`<tr><th scope="row">${reason === "" ? html`<i>${node.kind === "expand" || node.kind === "gather" ? "made rows" : "kept"}</i>` : reason}<span class="bar"><i class="${reason === "" ? "part-kept" : "part-lost"}" style="width:${((rows / Math.max(1, node.totals.in)) * 100).toFixed(2)}%"></i></span></th><td class="n">${count(rows)}</td><td class="n">${percent(rows, node.totals.in)}</td>${
      data.rows !== null &&
      (own === undefined
        ? html`<td class="n zero">–</td><td class="n zero">–</td>`
        : html`<td class="n">${size(own)}</td><td class="n">${percent(own, bytes!.bytes)}</td>`)
    }</tr>
`
  }
  return html`<tbody>${head}
${fates(node).map(line)}</tbody>`
}

/** The table of reasons, or null where no node left anything out. */
export const reasonTable = (data: ReportData): Markup | null => {
  const losing = data.nodes.filter(
    ({ kind, reasons, totals }) => kind !== "source" && (Object.keys(reasons).length > 0 || totals.failed > 0)
  )
  if (losing.length === 0) return null
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Rows by reason"><table class="reason-table"><caption>What each reason took away</caption><thead><tr><th scope="col">Node and reason</th><th scope="col" class="n">Rows</th><th scope="col" class="n">of its rows</th>${data.rows !== null && html`<th scope="col" class="n">Bytes</th><th scope="col" class="n">of its bytes</th>`}</tr></thead>
${losing.map((node) => block(node, data))}</table></div>`
}
