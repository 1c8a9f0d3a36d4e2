// MinHash signatures of word n-grams (Broder 1997): the WebAssembly kernel for batches and the same in plain TypeScript.
import { readFileSync } from "node:fs"
import { mix32 } from "./hashing.ts"
import { longestOf, type PackedBytes } from "./packed-bytes.ts"
import { ngramHashes, writeWord } from "./shingles.ts"
import { unicode } from "./unicode.ts"
import { compile, instantiate, type KernelMemory, reach } from "./web-assembly.ts"

/** The kernel that signs 32 bits. */
export const kernelBytes: Uint8Array<ArrayBuffer> = readFileSync(new URL("./minhash.wasm", import.meta.url))

/** What n-grams are made of: words, or the code points of the text as it stands. */
export type Unit = "words" | "characters"

/** What a signature is made of: words in an n-gram (at most 64), the number of minima (at most 16,384), the seed. */
export interface SignatureShape {
  /** `words` where it is absent. */
  readonly unit?: Unit
  readonly ngram: number
  readonly permutations: number
  readonly seed: number
}

interface Kernel {
  readonly memory: KernelMemory
  readonly table: () => number
  readonly minima: () => number
  readonly text: () => number
  readonly shape: (seed: number, permutations: number, ngram: number, characters: boolean) => void
  readonly sign: (from: number, length: number) => number
}

/**
 * Signs each text: `permutations` minima of 32 bits, least significant byte first. Minimum `i` is taken over the n-grams'
 * hashes `h` of `a[i] · h + b[i]` modulo 2³². A text with fewer words (or characters) than `ngram` gets no bytes.
 */
export const signAll = (texts: PackedBytes, rows: number, shape: SignatureShape): PackedBytes => {
  const { permutations, ngram, seed, unit } = shape
  const kernel = instantiate<Kernel>(compile(kernelBytes))
  const start = kernel.text()
  reach(kernel.memory, start + longestOf(texts, rows) + 8)
  const memory = new Uint8Array(kernel.memory.buffer)
  memory.set(unicode, kernel.table())
  kernel.shape(seed, permutations, ngram, unit === "characters")
  const minima = kernel.minima()
  const size = permutations * 4
  const offsets = new Int32Array(rows + 1)
  const out = new Uint8Array(rows * size)
  let end = 0
  for (let row = 0; row < rows; row++) {
    const from = texts.offsets[row]!
    const to = texts.offsets[row + 1]!
    memory.set(texts.bytes.subarray(from, to), start)
    if (kernel.sign(start, to - from) >= ngram) {
      out.set(memory.subarray(minima, minima + size), end)
      end += size
    }
    offsets[row + 1] = end
  }
  return { offsets, bytes: out.subarray(0, end) }
}

/**
 * Signs one text; the same bytes as `signAll` gives.
 *
 * @example
 * import { readWord, signOne } from "#sluice/text"
 * const shape = { ngram: 2, permutations: 64, seed: 1 }
 * const a = signOne("the north gate opens at dawn and closes at dusk", shape)
 * const b = signOne("the south gate opens at dawn and closes at dusk", shape)
 * let equal = 0
 * for (let i = 0; i < 64; i++) if (readWord(a, i * 4) === readWord(b, i * 4)) equal++
 * // 7 of 11 different pairs of words are in both: 0.636
 * equal / 64 // → 0.641
 */
export const signOne = (text: string, { ngram, permutations, seed, unit }: SignatureShape): Uint8Array => {
  const hashes = ngramHashes(Buffer.from(text, "utf8"), ngram, unit)
  if (hashes.length === 0) return new Uint8Array(0)
  const out = new Uint8Array(permutations * 4)
  const base = Math.imul(seed, 0x9e3779b1)
  for (let p = 0; p < permutations; p++) {
    const a = mix32(base + 2 * p + 1) | 1
    const b = mix32(base + 2 * p + 2)
    let least = 0xffffffff
    for (let i = 0; i < hashes.length; i++) {
      const value = (Math.imul(a, hashes[i]!) + b) >>> 0
      if (value < least) least = value
    }
    writeWord(out, p * 4, least)
  }
  return out
}
