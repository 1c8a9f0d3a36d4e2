// MinHash signatures of characters as cuDF makes them, with the permutations of NeMo Curator: the kernel, and plain TypeScript.
import { sizeOf } from "./code-point.ts"
import { kernelBytes } from "./minhash.ts"
import { longestOf, type PackedBytes } from "./packed-bytes.ts"
import { randomState } from "./random-state.ts"
import { writeWord } from "./shingles.ts"
import { compile, instantiate, type KernelMemory, reach } from "./web-assembly.ts"

/** The seed of the n-grams' hashes, and of each permutation its factor and its term. */
export interface MurmurFamily {
  readonly seed: number
  readonly a: Uint32Array
  readonly b: Uint32Array
}

interface Kernel {
  readonly memory: KernelMemory
  readonly factors: () => number
  readonly terms: () => number
  readonly minima: () => number
  readonly text: () => number
  readonly permuted: (permutations: number) => void
  readonly signMurmur: (from: number, length: number, ngram: number, seed: number) => void
}

/**
 * The hashes that NeMo Curator 1.4 draws for a seed: factor and term of one permutation after the other, below 2³¹ − 1, by
 * NumPy's RandomState; the first factor is the seed of the n-grams' hashes too.
 */
export const curatorFamily = (permutations: number, seed: number): MurmurFamily => {
  const draw = randomState(seed)
  const prime = 2n ** 31n - 1n
  const a = new Uint32Array(permutations)
  const b = new Uint32Array(permutations)
  for (let i = 0; i < permutations; i++) {
    a[i] = Number(draw(1n, prime))
    b[i] = Number(draw(0n, prime))
  }
  return { seed: a[0]!, a, b }
}

/**
 * Signs the n-grams of characters of each text, as it stands: minimum `i` is that of `a[i] · h + b[i]`, 32 bits, least
 * significant byte first, where `h` is the MurmurHash3 (x86, 32 bits) of an n-gram, or 1 where that is 0. cuDF takes the sum
 * modulo 2⁶¹ − 1 after it wrapped at 32 bits, which changes nothing. A text of fewer characters is one n-gram; all minima of
 * an empty text are 0.
 */
export const signAllMurmur = (texts: PackedBytes, rows: number, ngram: number, family: MurmurFamily): PackedBytes => {
  const permutations = family.a.length
  const kernel = instantiate<Kernel>(compile(kernelBytes))
  const start = kernel.text()
  reach(kernel.memory, start + longestOf(texts, rows) + 8)
  new Uint32Array(kernel.memory.buffer, kernel.factors(), permutations).set(family.a)
  new Uint32Array(kernel.memory.buffer, kernel.terms(), permutations).set(family.b)
  kernel.permuted(permutations)
  const memory = new Uint8Array(kernel.memory.buffer)
  const minima = kernel.minima()
  const size = permutations * 4
  const out = new Uint8Array(rows * size)
  for (let row = 0; row < rows; row++) {
    const from = texts.offsets[row]!
    const to = texts.offsets[row + 1]!
    memory.set(texts.bytes.subarray(from, to), start)
    kernel.signMurmur(start, to - from, ngram, family.seed)
    out.set(memory.subarray(minima, minima + size), row * size)
  }
  return { offsets: Int32Array.from({ length: rows + 1 }, (_, row) => row * size), bytes: out }
}

/** MurmurHash3 (x86, 32 bits; A. Appleby) of bytes. */
export const murmur32 = (bytes: Uint8Array, seed: number): number => {
  const mixed = (hash: number, block: number): number => {
    const k = Math.imul(block, 0xcc9e2d51)
    return hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let hash = seed
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    hash = mixed(hash, view.getInt32(at, true))
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = bytes.length - 1; i >= at; i--) rest = (rest << 8) | bytes[i]!
  if (at < bytes.length) hash = mixed(hash, rest)
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * Signs one text; the same bytes as `signAllMurmur` gives.
 *
 * @example
 * import { curatorFamily, signOneMurmur } from "#sluice/text"
 * const family = curatorFamily(260, 42)
 * family.a[0] // → 1608637543
 * signOneMurmur("the north gate opens at dawn", 24, family).length // → 1040
 */
export const signOneMurmur = (text: string, ngram: number, { seed, a, b }: MurmurFamily): Uint8Array => {
  const bytes = Buffer.from(text)
  const out = new Uint8Array(a.length * 4)
  if (bytes.length === 0) return out
  const starts: Array<number> = []
  for (let at = 0; at < bytes.length; at += sizeOf(bytes[at]!)) starts.push(at)
  const count = Math.max(1, starts.length - ngram + 1)
  const hashes = Array.from({ length: count }, (_, i) =>
    Math.max(1, murmur32(bytes.subarray(starts[i], starts[i + ngram] ?? bytes.length), seed))
  )
  a.forEach((factor, i) => {
    let least = 0xffffffff
    for (const hash of hashes) least = Math.min(least, (Math.imul(factor, hash) + b[i]!) >>> 0)
    writeWord(out, i * 4, least)
  })
  return out
}
