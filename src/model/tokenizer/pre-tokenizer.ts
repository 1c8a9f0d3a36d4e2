// The pre-tokenizers of tokenizer.json files: they cut text into the words that a model works within.
import { bertPunctuation } from "./bert-characters.ts"
import { toCharacters } from "./byte-alphabet.ts"
import { type Part, partsOf, unsupported } from "./definition.ts"
import { compilePattern, patternOf } from "./pattern.ts"
import { DigitCutter, Gpt2Cutter, Llama3Cutter, PatternCutter, type WordCutter } from "./word-cutter.ts"

/** The pattern new tokenizers use: letters, up to three digits, or symbols, with a leading space (as in Llama 3). */
export const defaultPattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

/** The same with every digit apart (Qwen 2). */
export const qwen2Pattern = defaultPattern.replace("\\p{N}{1,3}", "\\p{N}")

/** The pattern a `ByteLevel` pre-tokenizer with `use_regex` stands for (GPT-2). */
export const gpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/** What stands before a stretch of text: nothing, a token that was found whole, or more text. */
export type After = "nothing" | "token" | "text"

/** Words of a stretch; `after` is what stands before the first of them. */
interface Words {
  readonly texts: readonly string[]
  readonly after: After
}

type Step = (words: Words) => Words

type Behaviour = "Removed" | "Isolated" | "MergedWithPrevious" | "MergedWithNext" | "Contiguous"

interface Span {
  readonly text: string
  readonly matches: boolean
}

const spansOf = (text: string, pattern: RegExp, invert: boolean): Span[] => {
  const spans: Span[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    if (match[0] === "") continue
    if (match.index > end) spans.push({ text: text.slice(end, match.index), matches: invert })
    spans.push({ text: match[0], matches: !invert })
    end = match.index + match[0].length
  }
  if (end < text.length) spans.push({ text: text.slice(end), matches: invert })
  return spans
}

const mergeWithPrevious = (spans: readonly Span[], join: (kept: string, more: string) => string): string[] => {
  const texts: string[] = []
  let before = false
  for (const { text, matches } of spans) {
    if (matches && !before && texts.length > 0) texts.push(join(texts.pop()!, text))
    else texts.push(text)
    before = matches
  }
  return texts
}

const joinRuns = (spans: readonly Span[]): string[] => {
  const texts: string[] = []
  spans.forEach(({ text, matches }, at) => {
    if (at > 0 && spans[at - 1]!.matches === matches) texts.push(texts.pop()! + text)
    else texts.push(text)
  })
  return texts
}

const arrange = (spans: readonly Span[], behaviour: Behaviour): string[] => {
  switch (behaviour) {
    case "Removed":
      return spans.flatMap(({ text, matches }) => (matches ? [] : [text]))
    case "Isolated":
      return spans.map(({ text }) => text)
    case "Contiguous":
      return joinRuns(spans)
    case "MergedWithPrevious":
      return mergeWithPrevious(spans, (kept, more) => kept + more)
    case "MergedWithNext":
      return mergeWithPrevious(spans.toReversed(), (kept, more) => more + kept).toReversed()
    default:
      throw unsupported(`The split behaviour ${behaviour}`)
  }
}

const split = (pattern: RegExp, behaviour: Behaviour, invert = false): Step => {
  return ({ texts, after }) => {
    const out: string[] = []
    let before = after
    texts.forEach((text, at) => {
      const spans = spansOf(text, pattern, invert)
      const parts = arrange(spans, behaviour)
      if (at === 0 && behaviour === "Removed" && spans[0]?.matches === true) before = "token"
      for (const part of parts) out.push(part)
    })
    return { texts: out, after: before }
  }
}

const mapWords = (change: (text: string, after: After) => string): Step => {
  return ({ texts, after }) => ({ texts: texts.map((text, at) => change(text, at === 0 ? after : "token")), after })
}

const addSpace = mapWords((text, after) => (after === "text" || text.startsWith(" ") ? text : ` ${text}`))

const encoder = new TextEncoder()

const byteLevel = (part: Part): Step[] => [
  ...(part["add_prefix_space"] === true ? [addSpace] : []),
  ...(part["use_regex"] === false ? [] : [split(compilePattern(gpt2Pattern), "Isolated")]),
  mapWords((text) => toCharacters(encoder.encode(text)))
]

/** What a Metaspace makes of a stretch of text before it is split: marks for spaces, and one before the first word. */
export const metaspaceText = (part: Part): ((text: string, after: After) => string) => {
  const mark = String(part["replacement"] ?? "▁")
  const scheme = part["prepend_scheme"] ?? (part["add_prefix_space"] === false ? "never" : "always")
  return (text, after) => {
    const replaced = text.replaceAll(" ", mark)
    const adds = after !== "text" && (scheme === "always" || (scheme === "first" && after === "nothing"))
    return adds && !replaced.startsWith(mark) ? mark + replaced : replaced
  }
}

const metaspace = (part: Part): Step[] => {
  const marked = mapWords(metaspaceText(part))
  if (part["split"] === false) return [marked]
  const pattern = patternOf({ type: part.type, pattern: { String: part["replacement"] ?? "▁" } })
  return [marked, split(pattern, "MergedWithNext")]
}

const stepsOf = (part: Part): Step[] => {
  const behaviour = part["behavior"] as Behaviour
  switch (part.type) {
    case "ByteLevel":
      return byteLevel(part)
    case "Metaspace":
      return metaspace(part)
    case "Split":
      return [split(patternOf(part), behaviour, part["invert"] === true)]
    case "Digits":
      return [split(/\p{N}/gu, part["individual_digits"] === true ? "Isolated" : "Contiguous")]
    case "WhitespaceSplit":
      return [split(/\p{White_Space}/gu, "Removed")]
    case "Whitespace":
      return [split(compilePattern("\\w+|[^\\w\\s]+"), "Removed", true)]
    case "Punctuation":
      return [split(new RegExp(`[${bertPunctuation}]`, "gu"), behaviour ?? "Isolated")]
    case "BertPreTokenizer":
      return [split(/\p{White_Space}/gu, "Removed"), split(new RegExp(`[${bertPunctuation}]`, "gu"), "Isolated")]
    case "CharDelimiterSplit":
      return [split(patternOf({ type: part.type, pattern: { String: part["delimiter"] } }), "Removed")]
    default:
      throw unsupported(`The pre-tokenizer ${part.type}`)
  }
}

/** Cuts a stretch of text into words. */
export type PreTokenizer = (text: string, after: After) => readonly string[]

/** The words that a file's pre-tokenizer cuts; without one the text is a single word. */
export const createPreTokenizer = (part: Part | null | undefined): PreTokenizer => {
  const steps = partsOf(part, "pretokenizers").flatMap(stepsOf)
  return (text, after) =>
    text === "" ? [] : steps.reduce((words, step) => step(words), { texts: [text], after } as Words).texts
}

const digits = "digits"

/** Whether a byte-level pre-tokenizer puts a space before a text that begins with none. */
export const addsSpace = (part: Part | null | undefined): boolean =>
  part?.type === "ByteLevel" && part["add_prefix_space"] === true

/** The patterns of a byte-level pre-tokenizer in their order, undefined where it does more than cut by patterns. */
const bytePatterns = (part: Part | null | undefined): string[] | undefined => {
  const steps = partsOf(part, "pretokenizers")
  const patterns: string[] = []
  for (const [at, step] of steps.entries()) {
    const last = at === steps.length - 1
    const regex = (step["pattern"] as { Regex?: unknown } | undefined)?.Regex
    if (step.type === "Digits" && step["individual_digits"] === true) patterns.push(digits)
    else if (step.type === "Split" && step["behavior"] === "Isolated" && typeof regex === "string") patterns.push(regex)
    else if (step.type !== "ByteLevel" || !last || (steps.length > 1 && addsSpace(step))) return undefined
    else if (step["use_regex"] !== false) patterns.push(gpt2Pattern)
  }
  return steps.at(-1)?.type === "ByteLevel" ? patterns : undefined
}

const cutters: { readonly [patterns: string]: () => WordCutter } = {
  [gpt2Pattern]: () => new Gpt2Cutter(),
  [defaultPattern]: () => new Llama3Cutter(3),
  [qwen2Pattern]: () => new Llama3Cutter(1),
  [`${digits} ${gpt2Pattern}`]: () => new DigitCutter(new Gpt2Cutter())
}

/**
 * The cutter for a byte-level pre-tokenizer, by hand where its patterns have one, for words that are yet to be mapped to
 * bytes; undefined where it does more than cut by one pattern and set digits apart.
 */
export const byteLevelCutter = (part: Part | null | undefined): WordCutter | undefined => {
  const patterns = bytePatterns(part)
  if (patterns === undefined) return undefined
  const known = cutters[patterns.join(" ")]?.()
  if (known !== undefined) return known
  const [first, second, ...more] = patterns
  if (more.length > 0 || first === undefined || second === digits) return undefined
  if (second === undefined) return first === digits ? undefined : new PatternCutter(compilePattern(first))
  return first === digits ? new DigitCutter(new PatternCutter(compilePattern(second))) : undefined
}
