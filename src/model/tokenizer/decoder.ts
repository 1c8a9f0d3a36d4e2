// The decoders of tokenizer.json files: from the texts of tokens back to the text they came from.
import { fromCharacters } from "./byte-alphabet.ts"
import { type Part, partsOf, unsupported } from "./definition.ts"
import { patternOf } from "./pattern.ts"

type Step = (tokens: readonly string[]) => readonly string[]

const encoder = new TextEncoder()
const lossy = new TextDecoder("utf-8", { ignoreBOM: true })
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true })

/** Bytes of a token written in stand-in characters; one with another character stands for its own UTF-8. */
export const tokenBytes = (token: string): Uint8Array => fromCharacters(token) ?? encoder.encode(token)

const byteLevel: Step = (tokens) => [lossy.decode(Buffer.concat(tokens.map(tokenBytes)))]

/** English contractions and punctuation without the space that joining tokens put before them. */
const tidy = (text: string): string =>
  text
    .replaceAll(" .", ".")
    .replaceAll(" ?", "?")
    .replaceAll(" !", "!")
    .replaceAll(" ,", ",")
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(" do not", " don't")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re")

const wordPiece = (part: Part): Step => {
  const prefix = String(part["prefix"] ?? "##")
  const cleanup = part["cleanup"] !== false
  return (tokens) =>
    tokens.map((token, at) => {
      const joined = at === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`
      return cleanup ? tidy(joined) : joined
    })
}

const metaspace = (part: Part): Step => {
  const mark = String(part["replacement"] ?? "▁")
  const keepsFirst = (part["prepend_scheme"] ?? (part["add_prefix_space"] === false ? "never" : "always")) === "never"
  return (tokens) => tokens.map((token, at) => token.replaceAll(mark, at === 0 && !keepsFirst ? "" : " "))
}

const fallbackBytes = (run: readonly number[]): string[] => {
  try {
    return [strict.decode(Uint8Array.from(run))]
  } catch {
    return run.map(() => "\uFFFD")
  }
}

const byteFallback: Step = (tokens) => {
  const out: string[] = []
  let run: number[] = []
  const flush = (): void => {
    if (run.length > 0) out.push(...fallbackBytes(run))
    run = []
  }
  for (const token of tokens) {
    const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)
    if (byte !== null) run.push(Number.parseInt(byte[1]!, 16))
    else {
      flush()
      out.push(token)
    }
  }
  flush()
  return out
}

const strip = (part: Part): Step => {
  const content = String(part["content"] ?? " ")
  const [start, stop] = [Number(part["start"] ?? 0), Number(part["stop"] ?? 0)]
  return (tokens) =>
    tokens.map((token) => {
      let from = 0
      let to = token.length
      for (let count = 0; count < start && token.startsWith(content, from); count++) from += content.length
      for (let count = 0; count < stop && to > from && token.slice(0, to).endsWith(content); count++)
        to -= content.length
      return token.slice(from, to)
    })
}

const replace = (part: Part): Step => {
  const pattern = patternOf(part)
  const content = String(part["content"] ?? "")
  return (tokens) => tokens.map((token) => token.replace(pattern, () => content))
}

const create = (part: Part): Step => {
  switch (part.type) {
    case "ByteLevel":
      return byteLevel
    case "WordPiece":
      return wordPiece(part)
    case "Metaspace":
      return metaspace(part)
    case "BPEDecoder": {
      const suffix = String(part["suffix"] ?? "</w>")
      return (tokens) =>
        tokens.map((token, at) =>
          suffix === "" ? token : token.replaceAll(suffix, at === tokens.length - 1 ? "" : " ")
        )
    }
    case "ByteFallback":
      return byteFallback
    case "Fuse":
      return (tokens) => [tokens.join("")]
    case "Strip":
      return strip(part)
    case "Replace":
      return replace(part)
    default:
      throw unsupported(`The decoder ${part.type}`)
  }
}

/** The text of tokens; without a decoder they are joined by spaces. */
export const createDecoder = (part: Part | null | undefined): ((tokens: readonly string[]) => string) => {
  const steps = partsOf(part, "decoders").map(create)
  if (steps.length === 0) return (tokens) => tokens.join(" ")
  return (tokens) => steps.reduce((out, step) => step(out), tokens).join("")
}
