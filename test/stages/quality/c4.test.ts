// quality.c4 and quality.c4Lines: each rule at its boundary, in what order they apply, and the batch form.
import { describe, expect, test } from "vitest"
import { c4 } from "../../../stages/quality/c4.ts"
import { c4Lines } from "../../../stages/quality/c4-lines.ts"
import { columnValues, oddTexts, textBatch } from "../../text/text-batch.ts"
import { type Apply, decodedDefaults, type Filter } from "../declared.ts"

const filter = c4.declaration as Filter
const { apply } = c4Lines.declaration as Apply
const defaults = decodedDefaults(filter.options)
const measured = decodedDefaults(filter.measureOptions)
const verdict = (text: string, options: object = {}) =>
  filter.decide(filter.measure({ text }, { ...measured, ...options }), { ...defaults, ...options })
const sentences = (text: string) => filter.measure({ text }, measured)["sentences"]
const cleaned = (text: string, options: object = {}) =>
  apply({ text }, { ...decodedDefaults(c4Lines.declaration.options), ...options }) as {
    readonly text: string
    readonly removedLines: number
  }
const story = "The gate opens. Boats wait. The keeper waves. One goes up. Then the next one goes."

describe("quality.c4Lines", () => {
  test.each([
    ["no sentence end", "The gate opens at dawn", false],
    ["a quotation mark", 'She said "the gate opens"', true],
    ["an apostrophe", "He called it 'the gate'", true],
    ["an ellipsis", "The gate opens and...", false],
    ["two points", "The gate opens and..", true],
    ["two words", "Gate opens.", false],
    ["three words", "The gate opens.", true],
    ["a word of 1,000 characters", `The gate ${"é".repeat(1000)}.`.replace("é.", "."), true],
    ["a word of 1,001 characters", `The gate ${"é".repeat(1000)}.`, false],
    ["a word of 600 characters in 1,200 code units", `The gate ${"𝒳".repeat(600)}.`, true],
    ["JavaScript", "Please turn JavaScript on.", false],
    ["a cookie notice", "This site Uses Cookies all day.", false],
    ["white space around", "\u00a0 The gate opens. \t", true]
  ])("%s", (_name, line, stays) => {
    expect(cleaned(`Here is a line.\n${line}`)).toEqual({
      text: stays ? `Here is a line.\n${line.trim()}` : "Here is a line.",
      removedLines: stays ? 0 : 1
    })
  })

  test("citation marks go, and count as words of the line", () => {
    expect(cleaned("The gate[12] opens[edit] at dawn.[citation needed][]")).toEqual({
      text: "The gate opens at dawn.",
      removedLines: 0
    })
    expect(cleaned("Gate opens. [3]", { filterNoTerminalPunct: false })).toEqual({
      text: "Gate opens.",
      removedLines: 0
    })
    expect(cleaned("The gate opens. [3]")).toEqual({ text: "", removedLines: 1 })
  })

  test("options turn rules off", () => {
    expect(cleaned("no sentence end", { filterNoTerminalPunct: false }).text).toBe("no sentence end")
    expect(cleaned("One.", { minWordsPerLine: -1 }).text).toBe("One.")
    expect(cleaned(`The gate ${"e".repeat(2000)}.`, { maxWordLength: -1 }).removedLines).toBe(0)
    expect(cleaned("Turn javascript on.", { filterJavascript: false }).removedLines).toBe(0)
    expect(cleaned("Read our privacy policy.", { filterPolicy: false }).removedLines).toBe(0)
    expect(cleaned("The gate opens.[1]", { removeCitations: false }).removedLines).toBe(1)
  })

  test("lines end as Python's splitlines has them", () => {
    expect(cleaned("One two three.\r\nOne two four.\u2028One two five.\u0085\n")).toEqual({
      text: "One two three.\nOne two four.\nOne two five.",
      removedLines: 1
    })
  })
})

describe("quality.c4", () => {
  const cases: ReadonlyArray<readonly [name: string, text: string, reason: string]> = [
    ["five sentences", story, ""],
    ["four sentences", story.replace(" Boats wait.", ""), "too-few-sentences"],
    ["five lines", "It is so.\n".repeat(5), ""],
    ["five lines, one without an end", `${"It is so.\n".repeat(4)}It is so`, "too-few-sentences"],
    ["lorem ipsum", `${story}\nIt is Lorem Ipsum again.`, "lorem-ipsum"],
    ["lorem ipsum on a line that goes anyway", `${story}\nlorem ipsum`, ""],
    ["a curly bracket", `${story}\nWrite {name} here.`, "curly-bracket"],
    ["a curly bracket on a line that goes anyway", `${story}\nif (gate) {`, ""],
    ["a curly bracket in a line about JavaScript", `${story}\nIn javascript, write {}.`, ""],
    ["a bracket before lorem ipsum", `Write {name} here.\nIt is lorem ipsum.\n${story}`, "curly-bracket"],
    ["both in a line", `It is lorem ipsum {here}.\n${story}`, "lorem-ipsum"],
    ["nothing", "", "too-few-sentences"]
  ]

  test.each(cases)("%s", (_name, text, reason) => {
    expect(verdict(text)).toBe(reason)
  })

  test("sentences of a line", () => {
    expect(sentences("Is it so?! Yes (it is.) No.")).toBe(3)
    expect(sentences("It costs 3.5 e.g. here. And so on...")).toBe(0)
    expect(sentences("It costs 3.5, e.g. here. Or there.")).toBe(2)
    expect(sentences("One is here.  ) Two is here.")).toBe(2)
  })

  test("options replay the decision", () => {
    expect(verdict(`${story}\nWrite {name} here.`, { filterCurlyBracket: false })).toBe("")
    expect(verdict(`${story}\nIt is Lorem Ipsum {here}.`, { filterLoremIpsum: false })).toBe("curly-bracket")
    expect(verdict("One two three.", { minNumSentences: -1 })).toBe("")
    expect(verdict("One two three", { minNumSentences: 1, filterNoTerminalPunct: false })).toBe("")
  })

  test("every reason occurs", () => {
    expect(new Set(cases.map(([, , reason]) => reason).filter((reason) => reason !== ""))).toEqual(
      new Set(filter.reasons)
    )
  })

  test("batch and row agree", () => {
    const texts = ["", "\n", ...cases.map(([, text]) => text), ...oddTexts(41, 100)]
    const batch = filter.measureBatch!(textBatch("text", texts), measured)
    for (const name of Object.keys(filter.measures!))
      expect(columnValues(batch, name), name).toEqual(texts.map((text) => filter.measure({ text }, measured)[name]))
  })
})
