// Small choices of wording that several question writers share.
import { countWords, mix32 } from "#sluice/text"

/** Longest answer, in words. */
export const ANSWER_WORDS = 40

/** Without the point at its end, the space around it, or an open clause mark. */
export const trimmed = (text: string): string =>
  text
    .trim()
    .replace(/[.:;,]+$/, "")
    .trim()

/** A name as it stands in a question: in backticks where it looks like code and has none. */
export const named = (name: string): string =>
  name.includes("`") || !/[-_.$@/()]|^\w+[A-Z]|^[a-z]+\d*$/.test(name) || /\s[a-z]+\s/.test(name) ? name : `\`${name}\``

/** One of several wordings, chosen by the name asked about, so that it does not change with what stands around it. */
export const wording = (name: string, ways: readonly [string, ...ReadonlyArray<string>]): string => {
  let hash = ways.length
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0
  return ways[mix32(hash) % ways.length]!
}

/** First letter small, unless the word is code, a name in capitals, or "I". */
export const lowered = (text: string): string =>
  /^(?:A|[A-Z][a-z]+(?:'[a-z]+)?)(?=[\s,;:.?!]|$)/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text

/** Capital first letter, unless the first word may be a name that is written small. */
export const capitalised = (text: string): string =>
  PLAIN_WORD.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text

const PLAIN_WORD =
  /^(?:an?|the|it|they|you|we|any|all|this|these|that|each|every|no|not|both|some|only|there|if|when|use|run|set|add|create|make|call|pass|install|do|specify|provide|include|check|used|one|whether|how|what|which|where|sets?|gets?|your|its|in|on|by|with|to|of|for)\b/

/** Whether a phrase starts with a verb, in the imperative or the third person. */
export const startsWithVerb = (text: string): boolean =>
  /^(?:an?|the|this|its|his|alias|class|access|status|address|process|various|plus|less|always|list of|set of)\b/i.test(
    text
  )
    ? false
    : /^(?:[a-z]{3,}(?:s|es)(?: (?:an?|the|all|your|if|whether|how|what|to|from|in|into)\b| \w+ing\b| `))/i.test(
        text
      ) ||
      /^(?:use|run|set|add|create|make|call|pass|install|do|specify|provide|include|check|show|list|print|get|remove|change|generate|display|enable|disable|enables|disables|edit|delete|log|start|stop|open|output|write|read|skip|ignore|force|allow|return|convert|search|view|publish|update|save)\b/i.test(
        text
      )

/** Whether a text is short enough to answer with, and says something. */
export const isAnswer = (text: string): boolean =>
  /[\p{L}\p{N}]/u.test(text) && countWords(text) <= ANSWER_WORDS && !text.endsWith(":") && balanced(text)

const balanced = (text: string): boolean => {
  const count = (char: string) => text.split(char).length - 1
  return count("`") % 2 === 0 && count("(") === count(")") && count("[") === count("]") && count('"') % 2 === 0
}

/** Whether a clause leans on what stood before it ("it", "this", "the above"), so that nobody could understand it alone. */
export const leans = (clause: string): boolean =>
  /^(?:\S+\s){0,3}(?:it|its|this|these|that|they|them|their|those|such|he|she|here|there|above|below|former|latter|both|either|neither|one|so|also|then)\b/i.test(
    clause
  ) ||
  /\b(?:above|below|the following|as follows|this (?:section|page|document|example|case)|see also|do so)\b/i.test(
    clause
  )

/** Whether a phrase can be the subject of a question: short, a noun phrase, not a pronoun. */
export const isSubject = (phrase: string): boolean =>
  countWords(phrase) <= 6 &&
  phrase.length > 1 &&
  balanced(phrase) &&
  !/^(?:it|this|these|that|those|they|there|here|he|she|we|you|i|one|what|which|who|how|why|where|when|if|then|so|and|but|or|also|note|see|both|each|all|some|any|no|not|only|instead|another|other|example|for|in|on|at|by|to|from|with|as|because|while|since|after|before|unless|although|however|thus|therefore|first|finally|usually|otherwise|by default|most|many|such|its|their|his|her|my|our|your|the (?:only|same|first|last|main|default|result|above|following)|\w+ly|[a-z]+s (?:an?|the))\b/i.test(
    phrase
  ) &&
  !/[,:;?!]|\b(?:which|that|who|when|where|if|is|are|was|were|be)\b/i.test(phrase)
