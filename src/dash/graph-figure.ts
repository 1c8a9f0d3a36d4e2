// The pipeline's graph as an SVG figure: one card per node with what it did to its rows, links with the rows they carry.
import { type Content, html, type Markup } from "./html.ts"
import { layeredLayout, type Layout, type Point } from "./layered-layout.ts"
import { count, counted } from "./number-text.ts"
import type { ReportData, ReportEdge, ReportNode } from "./report-data.ts"

const cardHeight = 50
const margin = 8
/** Width of a character of the names (12 px monospace) and of the small texts (11 px). */
const nameWidth = 7.3
const smallWidth = 6.2

/** The first characters of a text that fit. */
export const fitText = (text: string, width: number, character: number): string => {
  const most = Math.max(1, Math.floor(width / character))
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

const lostText = ({ totals, reasons }: ReportNode): string => {
  const lost = totals.dropped + totals.merged + totals.failed
  if (lost === 0) return ""
  const [[reason] = [""], ...more] = Object.entries(reasons).sort((a, b) => b[1] - a[1])
  const why = totals.failed > 0 && reason === "" ? "failed" : reason
  return `−${count(lost)} ${why}${more.length > 0 ? ", …" : ""}`
}

const rowsText = ({ kind, emits, totals, passed }: ReportNode): string => {
  if (kind === "source") return counted(totals.out, "row")
  if (kind === "program" && totals.in === 0) return passed ? emits : "not passed"
  return kind === "program" ? `${count(totals.in)} → ${emits}` : `${count(totals.in)} → ${count(totals.out)}`
}

const tooltip = (node: ReportNode, data: ReportData): string => {
  const last = data.lastRun?.nodes[node.name]
  const { totals } = node
  const lines = [
    `${node.name} (${node.kind})`,
    `in ${count(totals.in)}, kept ${count(totals.kept)}, dropped ${count(totals.dropped)}, merged ${count(totals.merged)}, failed ${count(totals.failed)}, out ${count(totals.out)}`,
    ...Object.entries(node.reasons).map(([reason, rows]) => `${reason}: ${count(rows)}`)
  ]
  if (last !== undefined)
    lines.push(
      `last run: ${last.verdict}, ${count(last.computed)} computed, ${count(last.reused)} reused`,
      ...last.because.map((sentence) => `because ${sentence}`)
    )
  return lines.join("\n")
}

const meter = ({ totals, kind }: ReportNode, width: number): Markup | null => {
  if (totals.in === 0 || kind === "source") return null
  const share = (rows: number) => (rows / totals.in) * width
  const [kept, merged, lost] = [share(totals.kept), share(totals.merged), share(totals.dropped + totals.failed)]
  const part = (x: number, length: number, name: string): Content =>
    length > 0 && html`<rect class="${name}" x="${x.toFixed(1)}" y="0" width="${length.toFixed(1)}" height="3"/>`
  return html`<g transform="translate(14 42)">${part(0, kept, "part-kept")}${part(kept, merged, "part-merged")}${part(kept + merged, lost, "part-lost")}</g>`
}

const card = (node: ReportNode, data: ReportData, layout: Layout, width: number): Markup => {
  const { x, y } = layout.boxes.get(node.name)!
  const verdict = data.lastRun?.nodes[node.name]?.verdict
  const rows = rowsText(node)
  const outputs = data.outputs.filter((output) => output.node === node.name).map(({ name }) => name)
  const loss = fitText(lostText(node), width - 30 - rows.length * 7, smallWidth)
  const room = width - 24 - (verdict === undefined ? 0 : 28)
  const named = fitText(node.name, room, nameWidth)
  const mark = outputs.length === 0 ? "" : fitText(`▸ ${outputs.join(", ")}`, room - named.length * nameWidth - 10, 6)
  return html`<g class="card kind-${node.kind}${node.passed ? "" : " shut"}" transform="translate(${(x + margin).toFixed(1)} ${(y + margin).toFixed(1)})"><title>${tooltip(node, data)}</title>
<rect class="card-back" width="${width}" height="${cardHeight}" rx="7"/><rect class="card-edge" width="5" height="${cardHeight - 14}" x="0" y="7" rx="2.5"/>
<text class="card-name" x="14" y="19">${named}</text>${mark.length > 3 && html`<text class="card-output" x="${(14 + named.length * nameWidth + 8).toFixed(1)}" y="19">${mark}</text>`}
${verdict !== undefined && html`<text class="card-verdict verdict-${verdict}" x="${width - 10}" y="19" text-anchor="end">${verdict}</text>`}
<text class="card-rows" x="14" y="35">${rows}</text>${loss.length > 2 && html`<text class="card-loss" x="${width - 10}" y="35" text-anchor="end">${loss}</text>`}${meter(node, width - 24)}</g>
`
}

const path = (route: ReadonlyArray<Point>): string => {
  const at = ({ x, y }: Point) => `${(x + margin).toFixed(1)} ${(y + margin).toFixed(1)}`
  return route
    .map((point, index) => {
      if (index === 0) return `M${at(point)}`
      const before = route[index - 1]!
      if (before.x === point.x) return `L${at(point)}`
      const bend = (point.y - before.y) / 2
      return `C${at({ x: before.x, y: before.y + bend })} ${at({ x: point.x, y: point.y - bend })} ${at(point)}`
    })
    .join("")
}

interface Label extends Point {
  readonly text: string
  readonly width: number
}

/** The height of a curve between two points at a share of the way. */
const along = (from: Point, to: Point, t: number): Point => ({
  x: from.x + (to.x - from.x) * t * t * (3 - 2 * t),
  y: from.y + (to.y - from.y) * (1.5 * t * (1 - t) ** 2 + 1.5 * t * t * (1 - t) + t ** 3)
})

/** Labels where they touch neither a card nor each other; a link whose label finds no room keeps its tooltip. */
const placeLabels = (edges: ReadonlyArray<ReportEdge>, layout: Layout): ReadonlyArray<Label> => {
  const placed: Array<Label> = []
  const free = (label: Label) =>
    placed.every(
      (other) => Math.abs(other.x - label.x) > (other.width + label.width) / 2 + 2 || Math.abs(other.y - label.y) > 13
    )
  edges.forEach((edge, index) => {
    if (edge.rows === null) return
    const route = layout.routes[index]!
    const text = edge.part === null ? count(edge.rows) : `${edge.part} ${count(edge.rows)}`
    const ends = [
      [route.at(-2)!, route.at(-1)!],
      [route[0]!, route[1]!]
    ] as const
    for (const [from, to] of ends)
      for (const share of [0.5, 0.35, 0.65, 0.22, 0.78]) {
        const label = { ...along(from, to, share), text, width: text.length * smallWidth + 6 }
        if (!free(label)) continue
        placed.push(label)
        return
      }
  })
  return placed
}

const link = (edge: ReportEdge, route: ReadonlyArray<Point>): Markup => {
  const name = edge.label === null ? edge.input : `${edge.input}.${edge.label}`
  const what = edge.rows === null ? "" : `: ${counted(edge.rows, "row")}${edge.part === null ? "" : ` (${edge.part})`}`
  return html`<path class="link${edge.rows === null ? " link-folder" : ""}" d="${path(route)}" marker-end="url(#arrow)"><title>${edge.from} → ${edge.to}, ${name}${what}</title></path>`
}

/** The graph of a pipeline. Wide graphs get narrower cards and scroll sideways where the page is narrow. */
export const graphFigure = (data: ReportData): Markup => {
  const width = data.nodes.length > 30 ? 208 : 250
  const layout = layeredLayout(
    data.nodes.map(({ name }) => ({ id: name, width, height: cardHeight })),
    data.edges,
    { rankGap: 32, boxGap: 22, linkWidth: 10 }
  )
  const [w, h] = [Math.ceil(layout.width + 2 * margin), Math.ceil(layout.height + 2 * margin)]
  const labels = placeLabels(data.edges, layout).map(
    ({ x, y, text }) =>
      html`<text class="link-label" x="${(x + margin).toFixed(1)}" y="${(y + margin + 4).toFixed(1)}" text-anchor="middle">${text}</text>`
  )
  const kinds = [...new Set(data.nodes.map(({ kind }) => kind))]
  return html`<div class="legend">${kinds.map((kind) => html`<span class="kind kind-${kind}">${kind}</span>`)}<span class="legend-note"><i class="swatch part-kept"></i>kept <i class="swatch part-merged"></i>merged <i class="swatch part-lost"></i>dropped or failed</span></div>
<div class="scroll graph" tabindex="0" role="group" aria-label="Graph of the pipeline"><svg class="dag" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" style="min-width:${Math.ceil(w * 0.8)}px;max-width:${w}px" role="img" aria-label="${counted(data.nodes.length, "node")} from sources at the top to outputs at the bottom">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="arrow" d="M0 0.8 7.4 4 0 7.2z"/></marker></defs>
${data.edges.map((edge, index) => link(edge, layout.routes[index]!))}
${labels}
${data.nodes.map((node) => card(node, data, layout, width))}</svg></div>`
}
