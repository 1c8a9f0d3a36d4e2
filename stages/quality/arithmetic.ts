// Equations in a text, worked out: "16 - 3 - 4 = 9", "25% of 80 = 20", "<<9*2=18>>".

export interface Equations {
  /** How many equations with an operation on the left were read. */
  count: number
  /** How many of them are not true, within what their last digit leaves open. */
  wrong: number
  /** The first of those. */
  first: string
}

const NUMBER = "[-+\u2212]?\\$?(?:\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?%?"
const OPERATION = "(?:[-+*/\u2212\u00d7\u00f7]|x(?=[ (]*\\$?\\d)|\\bof\\b)"
const LEFT = `[( ]*${NUMBER}[ )]*(?:${OPERATION}[( ]*${NUMBER}[ )]*)+`
const EQUATION = new RegExp(
  `(?<![\\w.,^/*=+-])(?<![\\d)*/^+\u00d7\u00f7x-] *)(${LEFT})=\\s*(${NUMBER})(?![\\w(]|\\.\\d|[ ,]\\d{3}\\b|\\s*[*/\u00d7\u00f7^=]|\\s*[-+]\\s*[\\d(])`,
  "g"
)

/** All equations of numbers in a text. */
export const equationsIn = (text: string): Equations => {
  const found: Equations = { count: 0, wrong: 0, first: "" }
  for (const [whole, left, right] of text.matchAll(EQUATION)) {
    const value = workedOut(left!)
    if (value === undefined || !Number.isFinite(value)) continue
    found.count++
    if (agrees(value, right!) || (left!.includes("%") && agrees(value * 100, right!))) continue
    found.wrong++
    if (found.first === "") found.first = whole.trim()
  }
  return found
}

const plain = (text: string): string => text.replace(/[,$]/g, "").replaceAll("\u2212", "-")

/** Whether a value is what a number says, rounded or cut off at its last digit; a percentage may stand for its hundredth. */
const agrees = (value: number, written: string): boolean => {
  const text = plain(written)
  const said = Number(text.replace("%", ""))
  const decimals = text.includes(".") ? text.replace("%", "").length - 1 - text.indexOf(".") : 0
  const step = 10 ** -decimals
  const near = (a: number) =>
    Math.abs(a - said) < step * (1 + 1e-9) && (step < 1 || Math.abs(a - said) < 1e-6 || !Number.isInteger(a))
  return near(value) || (text.endsWith("%") && near(value * 100))
}

/** The value of an expression: brackets, then × and ÷ and "of", then + and −, left to right; undefined where it is none. */
const workedOut = (expression: string): number | undefined => {
  const tokens = plain(expression)
    .replaceAll("\u00d7", "*")
    .replaceAll("\u00f7", "/")
    .replace(/\bof\b|(?<=[\d)% ])x(?=[\d( ])/g, "*")
    .match(/\d+(?:\.\d+)?%?|[-+*/()]/g)
  if (tokens === null) return undefined
  let at = 0
  const atom = (): number => {
    const token = tokens[at++]
    if (token === "(") {
      const value = sum()
      at++
      return value
    }
    if (token === "-") return -atom()
    if (token === "+") return atom()
    if (token === undefined || !/^\d/.test(token)) return Number.NaN
    return token.endsWith("%") ? Number(token.slice(0, -1)) / 100 : Number(token)
  }
  const product = (): number => {
    let value = atom()
    while (tokens[at] === "*" || tokens[at] === "/") value = tokens[at++] === "*" ? value * atom() : value / atom()
    return value
  }
  const sum = (): number => {
    let value = product()
    while (tokens[at] === "+" || tokens[at] === "-")
      value = tokens[at++] === "+" ? value + product() : value - product()
    return value
  }
  const value = sum()
  return at >= tokens.length && !Number.isNaN(value) ? value : undefined
}
