// Patterns of tokenizer.json files, written for Oniguruma, as regular expressions of JavaScript.
import { badTokenizer, type Part } from "./definition.ts"

const word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}"

/** Escapes that mean another thing in JavaScript: inside a class, and outside of one. */
const classes: { readonly [letter: string]: readonly [inside: string, outside: string] } = {
  s: ["\\p{White_Space}", "\\p{White_Space}"],
  S: ["\\P{White_Space}", "\\P{White_Space}"],
  d: ["\\p{Nd}", "\\p{Nd}"],
  D: ["\\P{Nd}", "\\P{Nd}"],
  w: [word, `[${word}]`],
  h: ["0-9a-fA-F", "[0-9a-fA-F]"],
  A: ["A", "(?<![^])"],
  z: ["z", "(?![^])"]
}

const keptEscapes = /[\\^$.*+?()[\]{}|/bBnrtfv0-9]/

/** The quantifier `++`, `*+` or `?+` gives nothing back: a look-ahead that captures, and what it captured. */
const possessive = (atom: string, quantifier: string, group: number): string => `(?=(${atom}${quantifier}))\\${group}`

interface Atom {
  readonly text: string
  readonly next: number
}

const readEscape = (source: string, at: number, inside: boolean): Atom => {
  const letter = source[at + 1] ?? ""
  if (letter === "p" || letter === "P" || letter === "x" || letter === "u") {
    const brace = source[at + 2] === "{" ? source.indexOf("}", at) + 1 : 0
    const next = brace > 0 ? brace : at + (letter === "x" ? 4 : letter === "u" ? 6 : 3)
    const text = source.slice(at, next)
    if (letter === "x" && brace > 0) return { text: `\\u${text.slice(2)}`, next }
    return { text: text.replace(/^\\([pP])\{\^/, (_, kind: string) => (kind === "p" ? "\\P{" : "\\p{")), next }
  }
  const known = classes[letter]
  if (known !== undefined) return { text: known[inside ? 0 : 1], next: at + 2 }
  if (letter === "W" && !inside) return { text: `[^${word}]`, next: at + 2 }
  const kept = keptEscapes.test(letter) || (inside && letter === "-")
  return { text: kept ? `\\${letter}` : letter, next: at + 2 }
}

const readClass = (source: string, at: number): Atom => {
  let text = "["
  let index = at + 1
  if (source[index] === "^") text += source[index++]
  if (source[index] === "]") {
    text += "\\]"
    index++
  }
  while (index < source.length && source[index] !== "]") {
    if (source.startsWith("[:punct:]", index)) {
      text += "\\p{P}$+<=>^`|~"
      index += 9
    } else if (source[index] === "\\") {
      const atom = readEscape(source, index, true)
      text += atom.text
      index = atom.next
    } else {
      text += source[index] === "[" ? "\\[" : source[index]
      index++
    }
  }
  return { text: `${text}]`, next: index + 1 }
}

/**
 * Rewrites an Oniguruma pattern: `\s`, `\d`, `\w` and `\h` have their Unicode or Oniguruma meaning, needless escapes
 * go, and possessive quantifiers after a character or class are kept possessive.
 */
export const toJavaScript = (source: string): string => {
  let text = ""
  let groups = 0
  let index = 0
  while (index < source.length) {
    const character = source[index]!
    if (character === "(") {
      if (source[index + 1] !== "?") groups++
      text += character
      index++
      continue
    }
    const atom: Atom =
      character === "\\"
        ? readEscape(source, index, false)
        : character === "["
          ? readClass(source, index)
          : { text: character, next: index + 1 }
    const quantifier = source[atom.next] ?? ""
    if (/[?*+]/.test(quantifier) && source[atom.next + 1] === "+" && !/[)|?*+]/.test(character)) {
      groups++
      text += possessive(atom.text, quantifier, groups)
      index = atom.next + 2
    } else {
      text += atom.text
      index = atom.next
    }
  }
  return text
}

/** Compiles a pattern of a file; throws `SLUICE_BAD_TOKENIZER` with its text when it is none. */
export const compilePattern = (source: string): RegExp => {
  try {
    return new RegExp(toJavaScript(source), "gu")
  } catch (error) {
    throw badTokenizer(`The pattern ${JSON.stringify(source)} does not compile: ${(error as Error).message}.`)
  }
}

/** The `pattern` of a Split or Replace: `{ String }` is taken as it stands, `{ Regex }` is compiled. */
export const patternOf = (part: Part): RegExp => {
  const { String: literal, Regex: regex } = (part["pattern"] ?? {}) as { String?: string; Regex?: string }
  if (typeof literal === "string") return new RegExp(literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "gu")
  if (typeof regex === "string") return compilePattern(regex)
  throw badTokenizer(`${part.type} has no pattern.`)
}
