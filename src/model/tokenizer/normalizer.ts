// The normalizers of tokenizer.json files: functions from text to text that run before words are cut.
import { type BertNormalizerSettings, bertNormalizer, lowercase } from "./bert-characters.ts"
import { toCharacters } from "./byte-alphabet.ts"
import { characterMap } from "./character-map.ts"
import { type Part, partsOf, unsupported } from "./definition.ts"
import { patternOf } from "./pattern.ts"

export type Normalizer = (text: string) => string

/** Characters that `Nmt` removes, and those it makes a space of. */
const nmtRemoved = /[\u0001-\u0008\u000B\u000E-\u001F\u007F\u008F\u009F]/g
const nmtSpace = /[\t\n\f\r\u1680\u200B-\u200F\u2028\u2029\u2581\uFEFF\uFFFD]/g

const strip = (left: boolean, right: boolean): Normalizer => {
  const ends = [...(left ? ["^\\p{White_Space}+"] : []), ...(right ? ["\\p{White_Space}+$"] : [])].join("|")
  const pattern = new RegExp(ends, "gu")
  return (text) => (ends === "" ? text : text.replace(pattern, ""))
}

const replace = (part: Part): Normalizer => {
  const content = String(part["content"] ?? "")
  const { String: literal } = (part["pattern"] ?? {}) as { String?: string }
  if (typeof literal === "string") return (text) => text.replaceAll(literal, () => content)
  const pattern = patternOf(part)
  return (text) => text.replace(pattern, () => content)
}

const create = (part: Part): Normalizer => {
  switch (part.type) {
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD": {
      const form = part.type
      return (text) => text.normalize(form)
    }
    case "Lowercase":
      return lowercase
    case "StripAccents":
      return (text) => text.replace(/\p{M}/gu, "")
    case "Strip":
      return strip(part["strip_left"] === true, part["strip_right"] === true)
    case "Replace":
      return replace(part)
    case "Prepend": {
      const prefix = String(part["prepend"])
      return (text) => (text === "" ? text : prefix + text)
    }
    case "Nmt":
      return (text) => text.replace(nmtRemoved, "").replace(nmtSpace, " ")
    case "Precompiled":
      return characterMap(String(part["precompiled_charsmap"] ?? ""))
    case "BertNormalizer":
      return bertNormalizer(part as BertNormalizerSettings)
    case "ByteLevel": {
      const encoder = new TextEncoder()
      return (text) => toCharacters(encoder.encode(text))
    }
    default:
      throw unsupported(`The normalizer ${part.type}`)
  }
}

/** The function of a file's normalizer, undefined when it has none; for text that goes `further` nothing is put before it. */
export const createNormalizer = (part: Part | null | undefined, further = false): Normalizer | undefined => {
  const parts = partsOf(part, "normalizers").filter(({ type }) => !further || type !== "Prepend")
  const steps = parts.map(create)
  if (steps.length <= 1) return steps[0]
  return (text) => steps.reduce((out, step) => step(out), text)
}
