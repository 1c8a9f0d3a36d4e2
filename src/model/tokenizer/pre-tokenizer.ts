// Cuts text into the words that BPE works within; the patterns are those of published tokenizers, as regular expressions.
import { ModelError } from "../model-error.ts"

/** The pattern new tokenizers use: letters, up to three digits, or symbols, with a leading space (as in Llama 3). */
export const defaultPattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

/** The pattern a `ByteLevel` pre-tokenizer with `use_regex` stands for (GPT-2). */
export const gpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/** The pattern of a `Digits` pre-tokenizer that sets every digit apart. */
export const digitPattern = "\\p{N}|\\P{N}+"

/**
 * JavaScript's `\s` counts U+FEFF and leaves out U+0085, the engines of tokenizers do the opposite: it is rewritten to
 * Unicode White_Space.
 */
const compile = (pattern: string): RegExp => {
  const rewritten = pattern.replaceAll("\\s", "\\p{White_Space}").replaceAll("\\S", "\\P{White_Space}")
  try {
    return new RegExp(rewritten, "gu")
  } catch (error) {
    throw new ModelError("SLUICE_BAD_TOKENIZER", `The split pattern does not compile: ${(error as Error).message}`)
  }
}

/** Calls `each` with every word of `text`, in order; applies the patterns one after the other to the parts. */
export type PreTokenizer = (text: string, each: (word: string) => void) => void

const splitBy = (regex: RegExp): PreTokenizer => {
  return (text, each) => {
    let end = 0
    regex.lastIndex = 0
    for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
      const found = match[0]
      if (found.length === 0) {
        regex.lastIndex++
        continue
      }
      const place = regex.lastIndex
      if (match.index > end) each(text.slice(end, match.index))
      each(found)
      end = place
    }
    if (end < text.length) each(text.slice(end))
  }
}

/** Builds the splitter of a list of patterns: matches and what lies between them become words of their own. */
export const createPreTokenizer = (patterns: readonly string[]): PreTokenizer => {
  const stages = patterns.map((pattern) => splitBy(compile(pattern)))
  if (stages.length === 1) return stages[0]!
  return (text, each) => {
    let parts = [text]
    for (const stage of stages) {
      const next: string[] = []
      for (const part of parts) stage(part, (word) => next.push(word))
      parts = next
    }
    for (const part of parts) each(part)
  }
}
