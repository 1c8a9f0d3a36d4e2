// A line chart as SVG: ticks at round numbers, labelled axes, and the last value written at the end of its line.
import { html, type Markup } from "./html.ts"
import { count, figure } from "./number-text.ts"
import type { CurvePoint } from "./training.ts"

export interface LineChart {
  readonly title: string
  readonly x: string
  readonly y: string
  readonly points: ReadonlyArray<CurvePoint>
  /** A smoother line drawn over the points. */
  readonly trend?: ReadonlyArray<CurvePoint>
  /** A second line, with a mark at each point. */
  readonly also?: { readonly name: string; readonly points: ReadonlyArray<CurvePoint> }
  readonly width: number
  readonly height: number
}

/** Round numbers that cover a range in about `wanted` steps. */
export const ticks = (low: number, high: number, wanted: number): ReadonlyArray<number> => {
  const spanned = high - low
  if (!(spanned > 0)) return [low]
  const rough = spanned / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999)!
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}

/** A number at an axis. */
export const tickText = (value: number): string => {
  if (value === 0) return "0"
  const size = Math.abs(value)
  if (size >= 1000) return count(value)
  return size < 0.001 ? value.toExponential(0).replace("-", "−") : String(Number(value.toPrecision(4)))
}

/** The lowest and highest of some values, a little apart where they are the same. */
const range = (values: ReadonlyArray<number>): readonly [low: number, high: number] => {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((greatest, value) => Math.max(greatest, value), Number.NEGATIVE_INFINITY)
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1]
  if (low < high) return [low, high]
  return low === 0 ? [0, 1] : [low - Math.abs(low) / 10, high + Math.abs(high) / 10]
}

/** Draws one series over its steps. */
export const lineChart = ({ title, x, y, points, trend = [], also, width, height }: LineChart): Markup => {
  const others = also?.points ?? []
  const all = [...points, ...others]
  const [firstStep, lastStep] = range(all.map(([step]) => step))
  const [least, greatest] = range(all.map(([, value]) => value))
  const rows = Math.max(2, Math.round(height / 48))
  const low = least >= 0 && least < (greatest - least) * 0.6 ? 0 : least - (greatest - least) * 0.05
  const high = greatest + (greatest - least) * 0.05
  const marks = ticks(low, high, rows)
  const widest = Math.max(...marks.map((value) => tickText(value).length))
  const room = { left: 28 + widest * 6.5, right: 52, top: 12, bottom: 34 }
  const left = (step: number) =>
    room.left + ((step - firstStep) / (lastStep - firstStep)) * (width - room.left - room.right)
  const top = (value: number) =>
    height - room.bottom - ((value - low) / (high - low)) * (height - room.top - room.bottom)
  const line = (series: ReadonlyArray<CurvePoint>) =>
    series
      .map(([step, value], at) => `${at === 0 ? "M" : "L"}${left(step).toFixed(1)} ${top(value).toFixed(1)}`)
      .join("")
  const end = points.at(-1)!
  const last = others.at(-1)
  // Where the lines end close together, the text of the second is moved out of the way of the first's.
  const gap = last === undefined ? 0 : top(last[1]) - top(end[1])
  const apart = Math.abs(gap) < 12 ? (gap < 0 ? -12 : 12) - gap : 0
  const base = height - room.bottom
  const yTicks = marks.map(
    (value) =>
      html`<line class="grid" x1="${room.left}" x2="${width - room.right}" y1="${top(value).toFixed(1)}" y2="${top(value).toFixed(1)}"/><text class="tick" x="${room.left - 6}" y="${(top(value) + 3.5).toFixed(1)}" text-anchor="end">${tickText(value)}</text>`
  )
  const xTicks = ticks(firstStep, lastStep, 5)
    .filter((value) => Number.isInteger(value))
    .map(
      (value) =>
        html`<line class="grid-mark" x1="${left(value).toFixed(1)}" x2="${left(value).toFixed(1)}" y1="${base}" y2="${base + 4}"/><text class="tick" x="${left(value).toFixed(1)}" y="${base + 15}" text-anchor="middle">${tickText(value)}</text>`
    )
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: ${figure(points[0]![1])} at step ${count(points[0]![0])}, ${figure(points.at(-1)![1])} at step ${count(points.at(-1)![0])}${last !== undefined && html`; ${also!.name} ${figure(others[0]![1])} at step ${count(others[0]![0])}, ${figure(last[1])} at step ${count(last[0])}`}">
${yTicks}${xTicks}<line class="axis" x1="${room.left}" x2="${width - room.right}" y1="${base}" y2="${base}"/>
<path class="${trend.length > 0 ? "line-raw" : "line"}" d="${line(points)}"/>${trend.length > 0 && html`<path class="line" d="${line(trend)}"/>`}
${
  last !== undefined &&
  html`<path class="line-held" d="${line(others)}"/>${others.map(([step, value]) => html`<circle class="held-point" cx="${left(step).toFixed(1)}" cy="${top(value).toFixed(1)}" r="2"/>`)}<text class="held-value" x="${(left(last[0]) + 7).toFixed(1)}" y="${(top(last[1]) + apart + 4).toFixed(1)}">${figure(last[1])}</text>`
}
<circle class="line-end" cx="${left(end[0]).toFixed(1)}" cy="${top(end[1]).toFixed(1)}" r="3"/><text class="line-value" x="${(left(end[0]) + 7).toFixed(1)}" y="${(top(end[1]) + 4).toFixed(1)}">${figure(end[1])}</text>
<text class="axis-name" x="${((room.left + width - room.right) / 2).toFixed(1)}" y="${height - 4}" text-anchor="middle">${x}</text><text class="axis-name" transform="translate(11 ${((room.top + base) / 2).toFixed(1)}) rotate(-90)" text-anchor="middle">${y}</text></svg>`
}
