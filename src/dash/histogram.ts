// Bins for a histogram of a filter's measure: round edges, on integers where it counts, by powers where it spreads.

export interface Bin {
  readonly from: number
  readonly to: number
  readonly kept: number
  /** Dropped for the reason that belongs to this measure. */
  readonly own: number
  /** Dropped for another reason, or failed later. */
  readonly other: number
}

export interface Histogram {
  readonly scale: "linear" | "log"
  /** Whole numbers, whose bins reach from half to half. */
  readonly integer: boolean
  readonly bins: ReadonlyArray<Bin>
  /** Rows below the first and above the last bin. */
  readonly below: number
  readonly above: number
  /** Rows without a value. */
  readonly missing: number
  readonly low: number
  readonly median: number
  readonly high: number
}

/** What became of a row, seen from one measure. */
export const fates = { kept: 0, own: 1, other: 2 } as const

const mostBins = 44

export interface Binned {
  readonly values: Float64Array
  /** A number of `fates` for each row. */
  readonly fate: Uint8Array
  readonly integer: boolean
  /** Thresholds: the figure reaches to them where it can, and the first one is an edge between bins. */
  readonly marks?: ReadonlyArray<number>
  /** The side of a bin that belongs to it. */
  readonly closed?: "left" | "right"
}

/** The histogram of some values; undefined where none of them is a number. */
export const histogramOf = ({ values, fate, integer, marks = [], closed = "left" }: Binned): Histogram | undefined => {
  const sorted = values.filter((value) => Number.isFinite(value)).sort()
  const rows = sorted.length
  if (rows === 0) return undefined
  const at = (share: number) => sorted[Math.min(rows - 1, Math.floor(share * rows))]!
  const [low, median, high] = [sorted[0]!, at(0.5), sorted[rows - 1]!]
  const { scale, edges } = edgesOf({ low, high, middle: at(0.9), first: at(0.0005), last: at(0.9995) }, integer, marks)
  const bins = edges.length - 1
  const counts = [new Uint32Array(bins), new Uint32Array(bins), new Uint32Array(bins)] as const
  let [below, above, missing] = [0, 0, 0]
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    if (!Number.isFinite(value)) missing++
    else {
      const bin = binOf(edges, value, closed)
      if (bin < 0) below++
      else if (bin >= bins) above++
      else counts[fate[row] as 0 | 1 | 2]![bin]!++
    }
  }
  return {
    scale,
    integer,
    bins: Array.from({ length: bins }, (_, bin) => ({
      from: edges[bin]!,
      to: edges[bin + 1]!,
      kept: counts[fates.kept][bin]!,
      own: counts[fates.own][bin]!,
      other: counts[fates.other][bin]!
    })),
    below,
    above,
    missing,
    low,
    median,
    high
  }
}

/** The bin that holds a value: −1 below the first, the number of bins above the last. */
const binOf = (edges: ReadonlyArray<number>, value: number, closed: "left" | "right"): number => {
  const last = edges.length - 1
  // The ends belong to the outer bins, whichever side is closed.
  if (value === edges[0]) return 0
  if (value === edges[last]) return last - 1
  let [from, to] = [0, last + 1]
  while (from < to) {
    const middle = (from + to) >> 1
    if (closed === "left" ? edges[middle]! <= value : edges[middle]! < value) from = middle + 1
    else to = middle
  }
  return from - 1
}

interface Spread {
  readonly low: number
  readonly high: number
  /** The value that 9 of 10 rows do not exceed. */
  readonly middle: number
  /** What all but 1 of 2,000 rows on each side lie between. */
  readonly first: number
  readonly last: number
}

const edgesOf = (
  { low, high, middle, first, last }: Spread,
  integer: boolean,
  marks: ReadonlyArray<number>
): Pick<Histogram, "scale"> & { readonly edges: ReadonlyArray<number> } => {
  const [edge] = marks
  if (low >= 0 && middle > 0 && high > middle * 20 && high > 50) {
    const near = marks.filter((mark) => mark > 0 && mark < high * 100)
    const range = [Math.min(low, ...near), Math.max(high, ...near)] as const
    return { scale: "log", edges: powers(...whole(range, integer), integer, edge) }
  }
  const [from, to] = whole(reach(tight(low, high, first, last), marks), integer)
  if (integer && to - from < mostBins)
    return { scale: "linear", edges: Array.from({ length: to - from + 2 }, (_, at) => from + at - 0.5) }
  const half = Math.abs(from || 1) / 2
  return { scale: "linear", edges: from === to ? [from - half, from + half] : steps(from, to, integer, edge) }
}

type Range = readonly [low: number, high: number]

/** The range to be drawn: all of it, unless a few rows stretch it to more than twice. */
const tight = (low: number, high: number, first: number, last: number): Range => {
  const width = last - first
  if (!(width > 0)) return [low, high]
  return [first - low > width ? first : low, high - last > width ? last : high]
}

/** How many times the width of the values a mark may be away and still be drawn. */
const marksReach = 3

const reach = ([low, high]: Range, marks: ReadonlyArray<number>): Range => {
  const most = (high - low || Math.abs(low) || 1) * marksReach
  const near = marks.filter((mark) => mark >= low - most && mark <= high + most)
  return [Math.min(low, ...near), Math.max(high, ...near)]
}

const whole = ([low, high]: Range, integer: boolean): Range =>
  integer ? [Math.floor(low), Math.ceil(high)] : [low, high]

/** A round step: 1, 2, 2.5 or 5 times a power of ten. */
const roundStep = (least: number, integer: boolean): number => {
  if (integer && least <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= least * 0.999 && (!integer || (one * power) % 1 === 0))
  return (factor ?? 10) * power
}

const steps = (low: number, high: number, integer: boolean, edge: number | undefined): ReadonlyArray<number> => {
  const step = roundStep((high - low) / (mostBins - 2), integer)
  const shift = integer ? 0.5 : 0
  const origin = edge !== undefined && edge >= low && edge <= high ? edge : Math.floor(low / step) * step - shift
  const first = Math.floor((low - origin) / step + 1e-9)
  const last = Math.ceil((high - origin) / step - 1e-9)
  const edges = Array.from({ length: Math.max(1, last - first) + 1 }, (_, at) =>
    Number((origin + (first + at) * step).toPrecision(12))
  )
  // What is never below zero does not look as if it could be.
  return low >= 0 && edges[0]! < -shift ? [-shift, ...edges.slice(1)] : edges
}

/** Edges a fixed factor apart; zero, which no factor reaches, has a bin of its own. */
const powers = (low: number, high: number, integer: boolean, edge: number | undefined): ReadonlyArray<number> => {
  const start = integer ? Math.max(0.5, low - 0.5) : Math.max(low, high / 1e6)
  const top = integer ? high + 0.5 : high
  const origin = edge !== undefined && edge > start && edge < top ? edge : start
  const factor = (top / start) ** (1 / (mostBins - 3))
  const first = Math.floor(Math.log(start / origin) / Math.log(factor) + 1e-9)
  const last = Math.ceil(Math.log(top / origin) / Math.log(factor) - 1e-9)
  const all = Array.from({ length: last - first + 1 }, (_, at) => origin * factor ** (first + at))
  const edges = integer ? [...new Set(all.map((one) => Math.max(0.5, Math.round(one - 0.5) + 0.5)))] : all
  if (edges.at(-1)! < top) edges[edges.length - 1] = top
  return low < edges[0]! ? [integer ? -0.5 : 0, ...edges] : edges
}
