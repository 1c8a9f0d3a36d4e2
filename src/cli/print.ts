// Text for terminals: colours where they are wanted, tables, and texts cut to a width.
import { count } from "../graph/number-text.ts"

export { count }

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan"

const codes: { readonly [S in Style]: readonly [number, number] } = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39]
}

/** Whether colours may be written to a stream. */
export const colourful = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb"

/** A place to print to: its width (unlimited where it is no terminal) and its colours. */
export interface Terminal {
  readonly tty: boolean
  readonly width: number
  readonly paint: (style: Style, text: string) => string
  readonly line: (text?: string) => void
}

/** A stream as a terminal. */
export const terminal = (stream: NodeJS.WriteStream): Terminal => {
  const colours = colourful(stream)
  return {
    tty: stream.isTTY === true,
    width: stream.isTTY === true ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY,
    paint: (style, text) =>
      colours && text !== "" ? `\u001b[${codes[style][0]}m${text}\u001b[${codes[style][1]}m` : text,
    line: (text = "") => {
      stream.write(`${text.trimEnd()}\n`)
    }
  }
}

const escapes = /\u001b\[[0-9;]*m/g

/** Columns that a text takes, colours apart. */
export const widthOf = (text: string): number => [...text.replace(escapes, "")].length

/** A text on one line, cut with "…" where it is longer than `width`. */
export const shorten = (text: string, width: number): string => {
  const line = text.replace(/\s+/g, " ").trim()
  const points = line.length > width ? [...line] : []
  return points.length > width ? `${points.slice(0, Math.max(0, width - 1)).join("")}…` : line
}

export type Align = "left" | "right"

/** Rows laid out in columns, two spaces apart; the last column is cut where the terminal ends. */
export const table = (
  to: Pick<Terminal, "width">,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  aligns: ReadonlyArray<Align> = [],
  indent = "  "
): ReadonlyArray<string> => {
  const widths: Array<number> = []
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell))
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      const space = " ".repeat(widths[at]! - widthOf(cell))
      if (aligns[at] === "right") return space + cell
      return at === row.length - 1 ? cell : cell + space
    })
    const before = `${indent}${cells.slice(0, -1).join("  ")}${cells.length > 1 ? "  " : ""}`
    const last = cells.at(-1) ?? ""
    const room = to.width - widthOf(before)
    return `${before}${widthOf(last) > room && room > 8 ? shorten(last.replace(escapes, ""), room) : last}`.trimEnd()
  })
}

/** Breaks a text into lines of at most `width` at spaces. */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  if (!Number.isFinite(width)) return [text]
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** "1 row", "2,000 rows". */
export const plural = (n: number, noun: string, nouns = `${noun}s`): string => `${count(n)} ${n === 1 ? noun : nouns}`

export const seconds = (s: number): string => {
  if (s < 10) return `${s.toFixed(1)} s`
  if (s < 100) return `${Math.round(s)} s`
  const minutes = Math.floor(Math.round(s) / 60)
  return minutes < 60 ? `${minutes} min ${Math.round(s) % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** "45–60 s", "2–3 min"; one figure where both ends look alike. */
export const secondsRange = ([low, high]: readonly [number, number]): string => {
  if (high < 0.05) return "< 0.1 s"
  if (high < 100) return range(low, high, high < 10 ? 1 : 0, "s")
  return high < 6000 ? range(low / 60, high / 60, 0, "min") : range(low / 3600, high / 3600, 1, "h")
}

/** "20–30 MB"; one figure where both ends look alike. */
export const bytesRange = ([low, high]: readonly [number, number]): string => {
  const [size, unit] = high < 1000 ? [1, "B"] : high < 1e6 ? [1e3, "kB"] : high < 1e9 ? [1e6, "MB"] : [1e9, "GB"]
  return range(low / size, high / size, unit === "B" || high / size >= 10 ? 0 : 1, unit)
}

const range = (low: number, high: number, digits: number, unit: string): string => {
  const [from, to] = [low.toFixed(digits), high.toFixed(digits)]
  return from === to ? `${to} ${unit}` : `${Number(from)}–${to} ${unit}`
}

export const bytes = (n: number): string =>
  n < 1000
    ? `${n} B`
    : n < 1e6
      ? `${(n / 1e3).toFixed(1)} kB`
      : n < 1e9
        ? `${(n / 1e6).toFixed(1)} MB`
        : `${(n / 1e9).toFixed(2)} GB`

/** Counts by name as text, the largest first, at most `most` of them. */
export const topCounts = (counts: { readonly [name: string]: number }, most = 3): string => {
  const all = Object.entries(counts).sort(([, a], [, b]) => b - a)
  const shown = all.slice(0, most).map(([name, n]) => `${name} ${count(n)}`)
  return [...shown, ...(all.length > most ? [`${all.length - most} more`] : [])].join(", ")
}

/** Prints values as JSON, one a line. Those of one turn are written together: one by one they take longer. */
export const printJson = (...values: ReadonlyArray<unknown>): void => {
  if (process.stdout.writableCorked === 0) {
    process.stdout.cork()
    process.nextTick(() => process.stdout.uncork())
  }
  for (const value of values) process.stdout.write(`${JSON.stringify(value)}\n`)
}
