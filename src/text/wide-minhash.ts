// MinHash signatures of 64 bits, bit for bit as datatrove 0.10 makes them: the kernel for batches, and plain TypeScript.
import { readFileSync } from "node:fs"
import { compile, instantiate, type KernelMemory, reach } from "./web-assembly.ts"
import type { SignatureShape } from "./minhash.ts"
import { longestOf, type PackedBytes } from "./packed-bytes.ts"
import { randomState } from "./random-state.ts"
import { SIMPLIFIED_GROWTH, simplified, simplifyInto } from "./simplified.ts"
import { makeSpacyTokeniser } from "./spacy-tokens.ts"
import { makeTokens, type Tokeniser, type Tokens } from "./tokens.ts"
import { xxhash64 } from "./xxhash.ts"

const kernelBytes: Uint8Array<ArrayBuffer> = readFileSync(new URL("./wide-minhash.wasm", import.meta.url))

const PRIME = 2n ** 61n - 1n

interface Kernel {
  readonly memory: KernelMemory
  readonly factors: () => number
  readonly terms: () => number
  readonly minima: () => number
  readonly tokens: () => number
  readonly shape: (permutations: number) => void
  readonly sign: (text: number, starts: number, count: number, ngram: number) => void
}

interface Permutations {
  readonly a: BigUint64Array
  readonly b: BigUint64Array
}

const permutationsOf = ({ permutations, seed }: SignatureShape): Permutations => {
  const draw = randomState(seed)
  const a = BigUint64Array.from({ length: permutations }, () => draw(1n, PRIME))
  const b = BigUint64Array.from({ length: permutations }, () => draw(0n, PRIME))
  return { a, b }
}

/** What a thread keeps: a tokeniser remembers how the words that texts share are cut. */
const made: { spacy?: Tokeniser; tokens?: Tokens; size?: number } = {}

const tokensOf = (bytes: Uint8Array, length: number): Tokens => {
  made.spacy ??= makeSpacyTokeniser()
  if (made.tokens === undefined || made.size! < length) {
    made.size = Math.max(1 << 16, 2 * length)
    made.tokens = makeTokens(made.size)
  }
  made.spacy(bytes, 0, length, made.tokens)
  return made.tokens
}

/**
 * Signs each text: `permutations` minima of 64 bits, least significant byte first. A text is simplified and cut into the
 * tokens of spaCy; each n-gram, joined by spaces, has the xxHash64 `h`, and minimum `i` is that of `(a[i] · h + b[i] mod 2⁶⁴)
 * mod 2⁶¹ − 1`, where `a` and `b` are drawn by NumPy's RandomState. Fewer tokens than `ngram` give no bytes.
 */
export const signAllWide = (texts: PackedBytes, rows: number, shape: SignatureShape): PackedBytes => {
  const { permutations, ngram } = shape
  const kernel = instantiate<Kernel>(compile(kernelBytes))
  const simple = new Uint8Array(longestOf(texts, rows) * SIMPLIFIED_GROWTH + 8)
  const room = 2 * simple.length + 8
  const text = kernel.tokens()
  const starts = (text + room + 3) & ~3
  reach(kernel.memory, starts + 4 * room)
  const memory = new Uint8Array(kernel.memory.buffer)
  const places = new Uint32Array(kernel.memory.buffer, starts, room)
  const { a, b } = permutationsOf(shape)
  new BigUint64Array(kernel.memory.buffer, kernel.factors(), permutations).set(a)
  new BigUint64Array(kernel.memory.buffer, kernel.terms(), permutations).set(b)
  kernel.shape(permutations)
  const size = permutations * 8
  const offsets = new Int32Array(rows + 1)
  const out = new Uint8Array(rows * size)
  let end = 0
  for (let row = 0; row < rows; row++) {
    const length = simplifyInto(texts.bytes, texts.offsets[row]!, texts.offsets[row + 1]!, simple)
    const tokens = tokensOf(simple, length)
    if (tokens.count >= ngram) {
      layOut(simple, tokens, memory, text, places)
      kernel.sign(text, starts, tokens.count, ngram)
      out.set(memory.subarray(kernel.minima(), kernel.minima() + size), end)
      end += size
    }
    offsets[row + 1] = end
  }
  return { offsets, bytes: out.subarray(0, end) }
}

/** Lays the tokens end to end, a space after each, and notes where they begin. */
const layOut = (bytes: Uint8Array, tokens: Tokens, memory: Uint8Array, text: number, places: Uint32Array): void => {
  const { count, start, end } = tokens
  let at = text
  for (let i = 0; i < count; i++) {
    places[i] = at - text
    for (let k = start[i]!; k < end[i]!; k++) memory[at++] = bytes[k]!
    memory[at++] = 32
  }
  places[count] = at - text
}

/**
 * Signs one text; the same bytes as `signAllWide` gives.
 *
 * @example
 * import { signOneWide } from "#sluice/text"
 * const signature = signOneWide("The north gate opens at 7:30.", { ngram: 5, permutations: 112, seed: 1 })
 * signature.length // → 896
 */
export const signOneWide = (text: string, shape: SignatureShape): Uint8Array => {
  const bytes = Buffer.from(simplified(text))
  const { count, start, end } = tokensOf(bytes, bytes.length)
  const words = Array.from({ length: count }, (_, i) => bytes.toString("utf8", start[i], end[i]))
  if (count < shape.ngram) return new Uint8Array(0)
  const hashes = words
    .slice(0, count - shape.ngram + 1)
    .map((_, i) => xxhash64(Buffer.from(words.slice(i, i + shape.ngram).join(" "))))
  const { a, b } = permutationsOf(shape)
  const minima = a.map((factor, i) => {
    let least = PRIME
    for (const hash of hashes) {
      const value = BigInt.asUintN(64, factor * hash + b[i]!) % PRIME
      if (value < least) least = value
    }
    return least
  })
  return new Uint8Array(minima.buffer)
}
