// A histogram as SVG: kept and dropped rows stacked, round ticks, and a line where a threshold stands.
import { fitText } from "./graph-figure.ts"
import type { Histogram } from "./histogram.ts"
import { html, type Markup } from "./html.ts"
import { tickText, ticks } from "./line-chart.ts"
import { counted } from "./number-text.ts"
import { edgeOf, settingText, type Threshold } from "./threshold.ts"

const width = 360
const height = 158
const room = { left: 46, right: 12, top: 24, bottom: 24 }
const plot = { width: width - room.left - room.right, height: height - room.top - room.bottom }

/** Where values and counts stand in the figure. */
interface Axes {
  readonly left: (value: number) => number
  /** The height of a bar. */
  readonly tall: (rows: number) => number
  readonly counts: ReadonlyArray<number>
  readonly powers: boolean
}

const axesOf = ({ bins, scale }: Histogram): Axes => {
  const [from, to] = [bins[0]!.from, bins.at(-1)!.to]
  // On a scale of powers, a first bin that begins at zero or below is as wide as the second.
  const base = from > 0 || bins.length < 2 ? from : bins[0]!.to / (bins[1]!.to / bins[1]!.from)
  const log = (value: number) => Math.log(Math.max(value, base))
  const share =
    scale === "linear"
      ? (value: number) => (value - from) / (to - from)
      : (value: number) => (log(value) - log(base)) / (log(to) - log(base))
  const totals = bins.map(({ kept, own, other }) => kept + own + other)
  const top = Math.max(1, ...totals)
  const filled = totals.filter((rows) => rows > 0).sort((a, b) => a - b)
  const powers = top > 40 * (filled[filled.length >> 1] ?? 1)
  const tall = powers
    ? (rows: number) => (Math.log10(1 + rows) / Math.log10(1 + top)) * plot.height
    : (rows: number) => (rows / top) * plot.height
  const tens = Array.from({ length: Math.floor(Math.log10(top)) + 1 }, (_, at) => 10 ** at)
  return {
    left: (value) => room.left + share(value) * plot.width,
    tall,
    counts: powers
      ? tens.filter((_, at) => (tens.length - 1 - at) % Math.ceil(tens.length / 4) === 0)
      : ticks(0, top, 3),
    powers
  }
}

const base = height - room.bottom
/** Width of a letter of a threshold's name. */
const letter = 5.8

const bar = ({ left, tall }: Axes, { bins }: Histogram): Markup =>
  html`${bins.map(({ from, to, kept, own, other }) => {
    const rows = kept + own + other
    if (rows === 0) return null
    const [x, full] = [left(from), Math.max(tall(rows), 0.8)]
    const wide = Math.max(0.6, left(to) - x - 0.6)
    let y = base
    const part = (some: number, name: string): Markup | null => {
      if (some === 0) return null
      const high = (some / rows) * full
      y -= high
      return html`<rect class="${name}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${wide.toFixed(1)}" height="${high.toFixed(1)}"/>`
    }
    return html`${part(kept, "part-kept")}${part(other, "part-other")}${part(own, "part-lost")}`
  })}`

const valueTicks = (histogram: Histogram): ReadonlyArray<number> => {
  const [from, to] = [histogram.bins[0]!.from, histogram.bins.at(-1)!.to]
  if (histogram.scale === "linear")
    return ticks(from, to, tickText(to).length > 6 ? 3 : 5).filter((value) => !histogram.integer || value % 1 === 0)
  const least = Math.ceil(Math.log10(Math.max(histogram.bins[0]!.to, from)) - 1e-9)
  const tens = Array.from(
    { length: Math.max(0, Math.floor(Math.log10(to)) - least + 1) },
    (_, at) => 10 ** (least + at)
  )
  return [...(from <= 0 ? [0] : []), ...tens.filter((_, at) => at % Math.ceil(tens.length / 6) === 0)]
}

/** A line where a threshold stands, its name beside it; one outside the figure is an arrow at its side. */
const line = (axes: Axes, histogram: Histogram, threshold: Threshold, at: number): Markup => {
  const edge = edgeOf(threshold, histogram.integer)
  const [from, to] = [histogram.bins[0]!.from, histogram.bins.at(-1)!.to]
  const name = (space: number) => {
    const value = settingText(threshold.value)
    return `${fitText(threshold.option, space - (value.length + 3) * letter, letter)} ${value}`
  }
  const y = room.top - 12 + at * 11
  if (edge < from || edge > to) {
    const right = edge > to
    return html`<text class="threshold-name" x="${right ? width - room.right : room.left}" y="${y}" text-anchor="${right ? "end" : "start"}">${right ? `${name(plot.width)} →` : `← ${name(plot.width)}`}</text>`
  }
  const x = axes.left(edge)
  const isRight = x > width * 0.55
  return html`<line class="threshold" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${y - 8}" y2="${base}"/><text class="threshold-name" x="${(x + (isRight ? -4 : 4)).toFixed(1)}" y="${y}" text-anchor="${isRight ? "end" : "start"}">${name(isRight ? x - room.left : width - x)}</text>`
}

/** What the figure shows, in words. */
export const histogramText = (
  { low, median, high, below, above, missing, scale }: Histogram,
  powers: boolean
): string => {
  const outside = [
    ...(below > 0 ? [`${counted(below, "row")} left of the figure`] : []),
    ...(above > 0 ? [`${counted(above, "row")} right of the figure`] : []),
    ...(missing > 0 ? [`${counted(missing, "row")} without a value`] : [])
  ]
  const scales = [...(scale === "log" ? ["values"] : []), ...(powers ? ["counts"] : [])]
  return [
    `median ${tickText(median)}, from ${tickText(low)} to ${tickText(high)}`,
    ...(scales.length > 0 ? [`${scales.join(" and ")} on a log scale`] : []),
    ...outside
  ].join("; ")
}

/** Draws a histogram; thresholds whose name would stand on another's are set lower. */
export const histogramFigure = (
  title: string,
  histogram: Histogram,
  thresholds: ReadonlyArray<Threshold>
): { readonly figure: Markup; readonly text: string } => {
  const axes = axesOf(histogram)
  const text = histogramText(histogram, axes.powers)
  const set = thresholds.map((one) => `${one.option} ${settingText(one.value)}`)
  const marks = axes.counts.map((rows) => {
    const y = (base - axes.tall(rows)).toFixed(1)
    return html`<line class="grid" x1="${room.left}" x2="${width - room.right}" y1="${y}" y2="${y}"/><text class="tick" x="${room.left - 5}" y="${(Number(y) + 3.5).toFixed(1)}" text-anchor="end">${tickText(rows)}</text>`
  })
  const values = valueTicks(histogram).map((value) => {
    const zero = histogram.scale === "log" && value === 0 && !histogram.integer
    const x = (zero ? room.left : axes.left(value)).toFixed(1)
    return html`<line class="grid-mark" x1="${x}" x2="${x}" y1="${base}" y2="${base + 4}"/><text class="tick" x="${x}" y="${base + 15}" text-anchor="${Number(x) > width - 30 ? "end" : "middle"}">${tickText(value)}</text>`
  })
  const figure = html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="Histogram of ${title}: ${text}${set.length > 0 && `; thresholds ${set.join(", ")}`}">
${marks}${bar(axes, histogram)}${values}<line class="axis" x1="${room.left}" x2="${width - room.right}" y1="${base}" y2="${base}"/>
${thresholds.map((threshold, at) => line(axes, histogram, threshold, at))}</svg>`
  return { figure, text }
}
