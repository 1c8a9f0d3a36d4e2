// Checks of an answer beside its question: cut off, refused, copied, in another language, in another form than asked.
import { countWords, detectLanguage, type makeDetector, plainWords } from "#sluice/text"
import { askedFormat, hasCode, hasTable, isJson, itemsIn } from "./asked-format.ts"

const OPENERS: { readonly [closer: string]: string } = { ")": "(", "]": "[", "}": "{" }

/** Whether brackets of a text outside of strings close in order. */
const isOpen = (answer: string): boolean => {
  const stack: Array<string> = []
  for (const char of answer) {
    if (char === "(" || char === "[" || char === "{") stack.push(char)
    else if (OPENERS[char] !== undefined && stack.at(-1) === OPENERS[char]) stack.pop()
  }
  return stack.length > 0
}

/**
 * Whether an answer seems cut off: within a fence, or prose of more than a dozen words that ends without a mark, with a comma, an open
 * bracket or a word that needs another. Lists, code and tables may end anyhow.
 */
export const isTruncated = (answer: string): boolean => {
  const text = answer.trimEnd()
  if ((text.match(/^```/gm)?.length ?? 0) % 2 === 1) return true
  const last = text.split("\n").at(-1) ?? ""
  if (/\S,$/.test(last)) return countWords(last) > 6
  if (/\b(?:the|a|an|and|or|of|to|in|with|for|because|that|which|is|are|was|by|as)$/i.test(last)) return true
  if (countWords(text) <= 12 || /[.?!:;"'\u201d\u2019)\]}>`*_|\u3002\uff01\uff1f\u0964\u061f~]$/.test(last))
    return false
  if (/^\s*(?:[-*+\u2022]|\(?\d{1,3}[.)]|\|)\s?/.test(last) || hasTable(text)) return false
  const isProse = /[.?!]["'\u201d)]*\s/.test(text)
  return /[\p{L}\p{N}]$/u.test(last) && ((isProse && countWords(last) > 8) || isOpen(text))
}

/**
 * The share of the answer's word n-grams that the question has too. An answer shorter than an n-gram may be a choice that the
 * question offers: it is a copy only where it is the whole question.
 */
export const copiedShare = (question: string, answer: string, ngram = 5): number => {
  const asked = plainWords(question)
  const given = plainWords(answer)
  if (given.length === 0) return 0
  if (given.length < ngram) return given.join(" ") === asked.join(" ") ? 1 : 0
  const size = ngram
  const known = new Set<string>()
  for (let i = 0; i + size <= asked.length; i++) known.add(asked.slice(i, i + size).join(" "))
  let shared = 0
  const grams = given.length - size + 1
  for (let i = 0; i < grams; i++) if (known.has(given.slice(i, i + size).join(" "))) shared++
  return shared / grams
}

/** Languages that a question may name, by which it asks for an answer in another one. */
const NAMES_LANGUAGE =
  /\btranslat|\blanguage\b|\bin (?:english|french|german|spanish|italian|portuguese|dutch|russian|chinese|mandarin|japanese|korean|arabic|hindi|turkish|polish|swedish|latin|greek|hebrew|vietnamese|thai|urdu)\b/i

/** Whether question and answer are each surely in a language, and not in the same, though the question speaks of none. */
export const differsInLanguage = (
  detector: ReturnType<typeof makeDetector>,
  question: string,
  answer: string
): boolean => {
  if (NAMES_LANGUAGE.test(question) || question.length < 20 || answer.length < 20) return false
  const [asked, given] = [question, answer].map((text) => {
    const bytes = Buffer.from(text, "utf8")
    return { ...detectLanguage(detector, bytes, 0, bytes.length) }
  }) as [{ language: string; confidence: number }, { language: string; confidence: number }]
  return asked.confidence >= 0.9 && given.confidence >= 0.9 && asked.language !== given.language
}

/** What is missing of what a question asks for. */
export const formatFaults = (question: string, answer: string) => {
  const { format, items, words } = askedFormat(question)
  const given = {
    list: itemsIn(answer) > 1,
    json: isJson(answer),
    code: hasCode(answer),
    table: hasTable(answer),
    "": true
  }
  return {
    asked: format,
    formatMissing: given[format] ? 0 : 1,
    itemsAsked: items,
    itemsGiven: items === 0 ? 0 : itemsIn(answer),
    wordsOver: words === 0 ? 0 : Math.max(0, countWords(answer) - words)
  }
}
