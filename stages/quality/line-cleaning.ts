// Which lines of a text C4 keeps, for the filter that decides on what is left and for the map that keeps only that.
import * as Schema from "effect/Schema"
import { opt } from "#sluice"

/** Which lines go, by the names of datatrove's parameters; -1 turns a limit off. */
export const lineOptions = {
  removeCitations: opt(Schema.Boolean, true),
  filterNoTerminalPunct: opt(Schema.Boolean, true),
  minWordsPerLine: opt(Schema.Int, 3),
  maxWordLength: opt(Schema.Int, 1000),
  filterJavascript: opt(Schema.Boolean, true),
  filterPolicy: opt(Schema.Boolean, true)
}

/** The values of `lineOptions`. */
export interface LineRules {
  readonly removeCitations: boolean
  readonly filterNoTerminalPunct: boolean
  readonly minWordsPerLine: number
  readonly maxWordLength: number
  readonly filterJavascript: boolean
  readonly filterPolicy: boolean
}

/** The lines kept, and the numbers, from 1, of the first lines for which the whole text goes; 0 where there is none. */
export interface CleanedLines {
  readonly kept: ReadonlyArray<string>
  readonly lines: number
  readonly loremIpsum: number
  readonly curlyBracket: number
}

/** White space as Python's `str.isspace` has it; JavaScript's `\s` takes U+FEFF too, and not U+0085. */
const WHITE = "\\t-\\r\\u001c- \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
const AROUND = new RegExp(`^[${WHITE}]+|[${WHITE}]+$`, "g")
const BETWEEN = new RegExp(`[${WHITE}]+`)
const LINE_END = /\r\n|[\n\v\f\r\u001c-\u001e\u0085\u2028\u2029]/
const CITATION = /\[(?:\p{Nd}*|edit|citation needed)\]/gu
const SENTENCE_END = /[.?!"']$/
const POLICY = /terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies/

const trimmed = (line: string): string => line.replace(AROUND, "")

/** What C4's line rules keep of `text`. Lorem ipsum and curly brackets count on lines that the rules before them leave. */
export const cleanLines = (text: string, rules: LineRules): CleanedLines => {
  const kept: Array<string> = []
  let loremIpsum = 0
  let curlyBracket = 0
  const lines = text.split(LINE_END)
  if (lines.at(-1) === "") lines.pop()
  for (let i = 0; i < lines.length; i++) {
    let line = trimmed(lines[i]!)
    const words = line === "" ? [] : line.split(BETWEEN)
    if (rules.maxWordLength !== -1 && words.some((word) => isLonger(word, rules.maxWordLength))) continue
    if (rules.removeCitations) line = line.replace(CITATION, "")
    if (rules.filterNoTerminalPunct && (!SENTENCE_END.test(line) || line.endsWith("..."))) continue
    if (words.length < rules.minWordsPerLine) continue
    const lower = line.toLowerCase()
    if (loremIpsum === 0 && lower.includes("lorem ipsum")) loremIpsum = i + 1
    if (rules.filterJavascript && lower.includes("javascript")) continue
    if (curlyBracket === 0 && line.includes("{")) curlyBracket = i + 1
    if (rules.filterPolicy && POLICY.test(lower)) continue
    kept.push(line)
  }
  return { kept, lines: lines.length, loremIpsum, curlyBracket }
}

const isLonger = (word: string, points: number): boolean => word.length > points && Array.from(word).length > points

/** The text that the kept lines make. */
export const textOf = (kept: ReadonlyArray<string>): string => trimmed(kept.join("\n"))
