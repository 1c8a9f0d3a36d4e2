// sha256 of short byte strings, computed here: below two blocks the way to the library takes longer than the digest.
import { hash } from "node:crypto"

/** The first `n` primes. */
const primes = (n: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let one = 2; found.length < n; one++) if (found.every((prime) => one % prime !== 0)) found.push(one)
  return found
}

/** The first 32 bits behind the point. */
const fraction = (value: number): number => Math.floor((value - Math.floor(value)) * 2 ** 32)

/** Constants of the rounds, and what the digest starts from (FIPS 180-4, 4.2.2 and 5.3.3). */
const constants = Uint32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)))
const initial = Uint32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)))

const blockBytes = 64
/** Bytes that two blocks hold beside the end mark and the length. */
const shortest = 2 * blockBytes - 9

const state = new Int32Array(8)
const words = new Int32Array(64)
const padded = new Uint8Array(2 * blockBytes)

/** Writes the first `size` bytes of the sha256 of `bytes[from .. to]` to `out` at `at`. */
export const sha256Into = (
  bytes: Uint8Array,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
  size: number
): void => {
  const length = to - from
  if (length > shortest) {
    out.set(hash("sha256", bytes.subarray(from, to), "buffer").subarray(0, size), at)
    return
  }
  const end = length < blockBytes - 8 ? blockBytes : 2 * blockBytes
  for (let i = 0; i < length; i++) padded[i] = bytes[from + i]!
  padded[length] = 0x80
  padded.fill(0, length + 1, end)
  // In bits, of which there are fewer than 2^16.
  padded[end - 2] = length >>> 5
  padded[end - 1] = length << 3
  state.set(initial)
  for (let block = 0; block < end; block += blockBytes) compress(block)
  for (let i = 0; i < size; i++) out[at + i] = state[i >> 2]! >>> (24 - 8 * (i & 3))
}

/** Takes the block of `padded` at `at` into the state (FIPS 180-4, 6.2.2). */
const compress = (at: number): void => {
  for (let i = 0; i < 16; i++) {
    const from = at + 4 * i
    words[i] = (padded[from]! << 24) | (padded[from + 1]! << 16) | (padded[from + 2]! << 8) | padded[from + 3]!
  }
  for (let i = 16; i < 64; i++) {
    const x = words[i - 15]!
    const y = words[i - 2]!
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    words[i] = (words[i - 16]! + s0 + words[i - 7]! + s1) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[i]! + words[i]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
  state[5]! += f
  state[6]! += g
  state[7]! += h
}
