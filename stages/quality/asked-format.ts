// What form a question asks its answer to have, and whether an answer has it: lists, numbers of items, JSON, code, tables, length.

/** What was asked: 0 or "" where nothing was. */
export interface Asked {
  readonly format: "" | "list" | "json" | "code" | "table"
  /** Items of a list. */
  readonly items: number
  /** Most words the answer may have. */
  readonly words: number
}

const NUMBERS: { readonly [word: string]: number } = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  twenty: 20
}
const COUNT = `(\\d{1,3}|${Object.keys(NUMBERS).join("|")})`

const JSON_ASKED =
  /\b(?:as|in|into|valid|return|output|respond with|format(?:ted)? as) (?:a |an )?(?:valid |single )?json\b/i
const TABLE_ASKED =
  /\b(?:as|in|into|create|make|draw|give me|generate|with) (?:a |an )?(?:markdown |html |csv )?table\b/i
const CODE_ASKED =
  /\b(?:write|implement|create|give me|show me|provide|generate)\b[^.?!\n]{0,60}\b(?:function|script|program|code|class|query|regex|regular expression|one-liner|snippet|command)\b(?! names?\b)/i
const LIST_ASKED =
  /\b(?:(?:bulleted|bullet|numbered|ordered|to-?do) list|bullet points?|as a list|list of|list(?: down)? (?:the|all|some)|make a list)\b/i
const ITEMS_ASKED = new RegExp(
  `\\b(?:list|give(?: me)?|name|suggest|provide|write|come up with|generate|mention|find|recommend)(?: me| us| at least| exactly| the| top)* ${COUNT} (?!words?\\b|sentences?\\b|paragraphs?\\b|characters?\\b|lines?\\b|times\\b|hours?\\b|minutes?\\b|days?\\b)(?:[\\w-]+ ){0,4}?[\\w-]+s\\b`,
  "i"
)
const WORDS_ASKED = new RegExp(
  `\\b(?:in (?:at most|no more than|less than|under|fewer than|up to|max(?:imum)?)|at most|no more than|less than|under|fewer than|within|maximum of|up to) ${COUNT} words\\b`,
  "i"
)

const numberOf = (text: string | undefined): number =>
  text === undefined ? 0 : (NUMBERS[text.toLowerCase()] ?? Number(text))

/** What a question in English asks for. */
export const askedFormat = (question: string): Asked => {
  const items = numberOf(ITEMS_ASKED.exec(question)?.[1])
  const format = JSON_ASKED.test(question)
    ? "json"
    : TABLE_ASKED.test(question)
      ? "table"
      : CODE_ASKED.test(question)
        ? "code"
        : LIST_ASKED.test(question)
          ? "list"
          : ""
  return { format, items, words: numberOf(WORDS_ASKED.exec(question)?.[1]) }
}

/** Lines that begin as items of a list; else the parts between commas of a single line, where there are three at least. */
export const itemsIn = (answer: string): number => {
  const lines = answer.split("\n").filter((line) => line.trim() !== "")
  const marked = lines.filter((line) =>
    /^\s*(?:[-*+\u2022\u25cf\u2013]\s|\(?\d{1,3}[.):]\s?|[a-zA-Z][.)]\s)/.test(line)
  ).length
  if (marked > 0) return marked
  if (lines.length > 1) return lines.length
  const parts = (lines[0] ?? "").split(/[,;]|\band\b/).filter((part) => part.trim() !== "").length
  return parts >= 3 ? parts : lines.length
}

const FENCE = /^```[^\n]*\n([\s\S]*?)^```/m

/** Whether an answer is JSON, by itself or in a fence. */
export const isJson = (answer: string): boolean => {
  const inside = (FENCE.exec(answer)?.[1] ?? answer).trim()
  if (!/^[[{]/.test(inside)) return false
  try {
    JSON.parse(inside)
    return true
  } catch {
    return false
  }
}

/** Whether an answer has code: a fence, a span, or lines that look like it. */
export const hasCode = (answer: string): boolean =>
  FENCE.test(answer) ||
  /`[^`\n]+`/.test(answer) ||
  /[;{}]\s*$|^\s*(?:def |class |import |from \w+ import|function |const |let |var |public |#include|SELECT |\$ |<\w+|\w+\s*=\s*\S|return )|=>|\w\(.*\)/m.test(
    answer
  )

/** Whether an answer has a table: Markdown's, HTML's, or lines with the same number of separators. */
export const hasTable = (answer: string): boolean => {
  if (/<table\b|^\s*\|?\s*:?-{2,}/im.test(answer)) return true
  const lines = answer.split("\n").filter((line) => line.trim() !== "")
  return [/\|/g, /\t/g, /,/g].some((separator) => {
    const counts = lines.map((line) => line.match(separator)?.length ?? 0)
    return lines.length > 1 && counts[0]! > 0 && counts.every((count) => count === counts[0])
  })
}
