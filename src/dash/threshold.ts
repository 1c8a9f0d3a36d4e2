// Which option of a filter is the threshold of which measure, told from stored scores and verdicts: no stage is loaded.

import { count } from "./number-text.ts"

/** The rows below `value` are dropped ("least"), or those above it ("most"). */
export interface Threshold {
  readonly option: string
  readonly measure: string
  readonly value: number
  readonly side: "least" | "most"
  /** The reason that its rows are dropped for; null where no row was. */
  readonly reason: string | null
}

export interface Judged {
  readonly options: { readonly [name: string]: unknown }
  /** Numbers by measure, NaN where a row has none. */
  readonly measures: ReadonlyMap<string, Float64Array>
  /** Per row 0 where it was kept, 1 + the place of its reason, or a greater number where it failed. */
  readonly codes: Uint16Array
  readonly reasons: ReadonlyArray<string>
}

interface Range {
  readonly low: number
  readonly high: number
  readonly rows: number
}

const prefix = /^(min|max)(?:imum)?(?=[A-Z_0-9])|^(?:at)?(least|most)(?=[A-Z_0-9])/i

/** Names that say that a number is a threshold, though not of what. */
const telling = /threshold|limit|cut|bound|least|most/i

/** Rows on either side that make a threshold of a number whose name says nothing. */
const rowsTelling = 30

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")

const sideNamed = (option: string): Threshold["side"] | undefined => {
  const found = prefix.exec(option)
  if (found === null) return undefined
  return /^(min|least)$/i.test(found[1] ?? found[2]!) ? "least" : "most"
}

/** How much an option's name says of a measure's: 2 for the same name behind min or max, 1 for one that ends alike. */
const likeness = (option: string, measure: string): 0 | 1 | 2 => {
  const [bare, name] = [plain(option.replace(prefix, "")), plain(measure)]
  if (bare === name) return 2
  return bare.length > 2 && name.length > 2 && (bare.endsWith(name) || name.endsWith(bare)) ? 1 : 0
}

/** The ranges of a measure among the rows kept, and among those of each reason. */
const rangesOf = (values: Float64Array, codes: Uint16Array, reasons: number): ReadonlyArray<Range> => {
  const low = new Float64Array(reasons + 1).fill(Number.POSITIVE_INFINITY)
  const high = new Float64Array(reasons + 1).fill(Number.NEGATIVE_INFINITY)
  const rows = new Uint32Array(reasons + 1)
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!
    const value = values[row]!
    if (code > reasons) continue
    rows[code]!++
    if (value < low[code]!) low[code] = value
    if (value > high[code]!) high[code] = value
  }
  return Array.from(low, (_, code) => ({ low: low[code]!, high: high[code]!, rows: rows[code]! }))
}

const passes = ({ low, high }: Range, value: number, side: Threshold["side"]): boolean =>
  side === "least" ? low >= value : high <= value

const beyond = ({ low, high }: Range, value: number, side: Threshold["side"]): boolean =>
  low <= high && (side === "least" ? high <= value && low < value : low >= value && high > value)

/**
 * The thresholds of a filter. A number among its options is one of a measure where every kept row is on one side of it, and
 * either its name says so (`minWords`, `words`) or all rows of a reason are on the other side, many of them where its name
 * says nothing at all. A reason belongs to the first threshold that all its rows are beyond, for a decision that asks in
 * the order of its options ends there.
 */
export const findThresholds = ({ options, measures, codes, reasons }: Judged): ReadonlyArray<Threshold> => {
  const ranges = new Map([...measures].map(([name, values]) => [name, rangesOf(values, codes, reasons.length)]))
  const found: Array<Threshold> = []
  for (const [option, value] of Object.entries(options)) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue
    const one = thresholdOf(option, value, ranges, codes)
    if (one !== undefined) found.push(one)
  }
  const owners = new Map<string, string>()
  reasons.forEach((reason, at) => {
    const owner = found.find(({ measure, value, side }) => beyond(ranges.get(measure)![at + 1]!, value, side))
    if (owner !== undefined && !owners.has(owner.option)) owners.set(owner.option, reason)
  })
  return found.map((one) => ({ ...one, reason: owners.get(one.option) ?? null }))
}

const thresholdOf = (
  option: string,
  value: number,
  ranges: ReadonlyMap<string, ReadonlyArray<Range>>,
  codes: Uint16Array
): Threshold | undefined => {
  const named = sideNamed(option)
  let best: { readonly score: number; readonly threshold: Threshold } | undefined
  for (const [measure, [kept, ...dropped]] of ranges)
    for (const side of ["least", "most"] as const) {
      if ((named !== undefined && named !== side) || !passes(kept!, value, side)) continue
      const like = likeness(option, measure)
      const explained = dropped.some((range) => beyond(range, value, side))
      const isTelling = named !== undefined || like > 0 || telling.test(option)
      const isShown =
        kept!.rows >= rowsTelling && dropped.some((range) => range.rows >= rowsTelling && beyond(range, value, side))
      const told = named === undefined ? explained && (isTelling || isShown) : like > 0 || explained
      if (!told || codes.length === 0) continue
      const score = like * 2 + (explained ? 1 : 0)
      if (best === undefined || score > best.score)
        best = { score, threshold: { option, measure, value, side, reason: null } }
    }
  return best?.threshold
}

/** Where a threshold stands on the axis: whole numbers have bins from half to half. */
export const edgeOf = ({ value, side }: Threshold, integer: boolean): number =>
  integer ? (side === "least" ? Math.ceil(value) - 0.5 : Math.floor(value) + 0.5) : value

/** How a row stands to a threshold: "words 32 < minWords 50". */
export const standing = ({ option, measure, value, side }: Threshold, score: number): string => {
  const isBeyond = side === "least" ? score < value : score > value
  const sign = side === "least" ? (isBeyond ? "<" : "≥") : isBeyond ? ">" : "≤"
  return `${measure} ${scoreText(score, value)} ${sign} ${option} ${settingText(value)}`
}

/** A number as it was set. */
export const settingText = (value: number): string => (Math.abs(value) >= 1000 ? count(value) : String(value))

/** A score to three digits, or to as many as tell it from a threshold. */
const scoreText = (score: number, value: number): string => {
  if (Number.isInteger(score)) return settingText(score)
  for (let digits = 3; digits < 15; digits++) {
    const rounded = Number(score.toPrecision(digits))
    if (score === value || rounded !== value) return String(rounded)
  }
  return String(score)
}
