// How the report writes numbers: grouped counts, figures at a sensible precision, spans of time.

/** A whole number with its thousands apart. Not by `Intl`, whose first use takes longer than a small page. */
export const count = (value: number): string =>
  value < 0 ? `-${count(-value)}` : `${Math.round(value)}`.replace(/\B(?=(?:\d{3})+$)/g, ",")

/** A count with its noun: `1 row`, `2 rows`. */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? "" : "s"}`

/** A figure to about three digits, with a real minus sign. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–"
  const size = Math.abs(value)
  const sign = value < 0 ? "−" : ""
  if (size === 0) return "0"
  if (size >= 1e7) return `${sign}${size.toExponential(2)}`
  if (size >= 100) return `${sign}${count(size)}`
  if (size >= 10) return `${sign}${size.toFixed(1)}`
  if (size >= 1) return `${sign}${size.toFixed(2)}`
  if (size >= 0.001) return `${sign}${size.toFixed(3)}`
  return `${sign}${size.toExponential(1)}`
}

/** A difference: always with its sign. */
export const signed = (value: number): string => (value > 0 ? `+${figure(value)}` : figure(value))

/** A number of parameters or tokens: `1.4 M`. */
export const amount = (value: number): string => {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} B`
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`
  return count(value)
}

/** A size in bytes: `328 MB`. */
export const size = (bytes: number): string => {
  if (bytes < 1000) return `${count(bytes)} B`
  const [unit, name] = bytes < 1e6 ? [1e3, "kB"] : bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"]
  const value = bytes / unit
  return `${value.toFixed(value < 10 ? 1 : 0)} ${name}`
}

/** A share in percent: `39.7 %`; a small one that is not nothing is `< 0.1 %`. */
export const percent = (part: number, whole: number): string => {
  const share = whole === 0 ? 0 : (part / whole) * 100
  if (share === 0 || share === 100) return `${share} %`
  if (share < 0.1) return "< 0.1 %"
  return share > 99.9 ? "> 99.9 %" : `${share.toFixed(1)} %`
}

/** A probability: `p = 0.012`, or `p < 0.001`. */
export const chance = (p: number): string => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`)

/** A span of time. */
export const span = (seconds: number): string => {
  if (seconds < 0.05) return "0 s"
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 100) return `${seconds.toFixed(0)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`
}

/** A moment, to the minute, in UTC. */
export const moment = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ")} UTC`
