// Cuts a UTF-8 text into the tokens that spaCy's English tokenizer gives: for filters that must decide as datatrove does.
import { TextKernel } from "./text-kernel.ts"
import type { Tokeniser } from "./tokens.ts"

/**
 * A tokeniser that cuts `bytes[from .. to]` as spaCy 3.8 does for English: runs between white space, of which marks are cut off
 * at both ends, then in the middle, unless the run is a known word or an address. Make one tokeniser for many texts.
 *
 * @example
 * import { makeSpacyTokeniser, makeTokens } from "#sluice/text"
 * const bytes = Buffer.from("(It's 3.5km, I don't know.)")
 * const tokens = makeTokens(bytes.length)
 * makeSpacyTokeniser()(bytes, 0, bytes.length, tokens)
 * Array.from({ length: tokens.count }, (_, i) => bytes.toString("utf8", tokens.start[i], tokens.end[i]))
 * // → ["(", "It", "'s", "3.5", "km", ",", "I", "do", "n't", "know", ".", ")"]
 */
export const makeSpacyTokeniser = (): Tokeniser => {
  const kernel = new TextKernel()
  return (bytes, from, to, tokens) => {
    kernel.load(bytes, from, to, to - from)
    const count = kernel.cut(from, to)
    const cut = kernel.tokens
    tokens.start.set(cut.start.subarray(0, count))
    tokens.end.set(cut.end.subarray(0, count))
    tokens.points.set(cut.points.subarray(0, count))
    tokens.kind.set(cut.kind.subarray(0, count))
    tokens.count = count
  }
}
