// The MinHash kernel, in AssemblyScript: UTF-8 bytes in, minima of seeded hashes of n-grams out, 128 bits at a time: ours, or
// those of cuDF. minhash.ts and murmur-minhash.ts hold the same in plain TypeScript; build.ts compiles this to minhash.wasm.

const BLOCK: i32 = 512
const PAGES: i32 = 0x1100
const HEAD: i32 = 2 * PAGES + 1
const WORD: u8 = 4
const SINGLE: u8 = 8

const A: usize = memory.data(16384 * 4, 16)
const B: usize = memory.data(16384 * 4, 16)
const MINIMA: usize = memory.data(16384 * 4, 16)
const HASHES: usize = memory.data(512 * 4, 16)
const RING: usize = memory.data(64 * 4, 16)
const TABLE: usize = memory.data(98304, 16)

let groups: i32 = 0
let ngram: i32 = 0
let characters: bool = false
let words: i32 = 0
let pending: i32 = 0

export function table(): usize { return TABLE }
export function factors(): usize { return A }
export function terms(): usize { return B }
export function minima(): usize { return MINIMA }
export function text(): usize { return __heap_base }

@inline
function mix(x: u32): u32 {
  x ^= x >> 16
  x *= 0x7feb352d
  x ^= x >> 15
  x *= 0x846ca68b
  return x ^ (x >> 16)
}

export function shape(seed: u32, permutations: i32, n: i32, ofCharacters: bool): void {
  characters = ofCharacters
  groups = (permutations + 15) >> 4
  ngram = n
  for (let i: i32 = 0; i < groups << 4; i++) {
    store<u32>(A + (i << 2), mix(seed * 0x9e3779b1 + 2 * i + 1) | 1)
    store<u32>(B + (i << 2), mix(seed * 0x9e3779b1 + 2 * i + 2))
  }
}

function flush(): void {
  const end = HASHES + (pending << 2)
  for (let g: i32 = 0; g < groups; g++) {
    const at = g << 6
    const a0 = v128.load(A + at), a1 = v128.load(A + at, 16), a2 = v128.load(A + at, 32), a3 = v128.load(A + at, 48)
    const b0 = v128.load(B + at), b1 = v128.load(B + at, 16), b2 = v128.load(B + at, 32), b3 = v128.load(B + at, 48)
    let m0 = v128.load(MINIMA + at), m1 = v128.load(MINIMA + at, 16)
    let m2 = v128.load(MINIMA + at, 32), m3 = v128.load(MINIMA + at, 48)
    for (let p = HASHES; p < end; p += 4) {
      const h = v128.load32_splat(p)
      m0 = i32x4.min_u(m0, i32x4.add(i32x4.mul(h, a0), b0))
      m1 = i32x4.min_u(m1, i32x4.add(i32x4.mul(h, a1), b1))
      m2 = i32x4.min_u(m2, i32x4.add(i32x4.mul(h, a2), b2))
      m3 = i32x4.min_u(m3, i32x4.add(i32x4.mul(h, a3), b3))
    }
    v128.store(MINIMA + at, m0)
    v128.store(MINIMA + at, m1, 16)
    v128.store(MINIMA + at, m2, 32)
    v128.store(MINIMA + at, m3, 48)
  }
  pending = 0
}

@inline
function push(hash: u32): void {
  store<u32>(RING + ((words & 63) << 2), mix(hash))
  words++
  if (words >= ngram) {
    let h: u32 = 0
    for (let k = words - ngram; k < words; k++) h = h * 0x9e3779b1 + load<u32>(RING + ((k & 63) << 2))
    store<u32>(HASHES + (pending << 2), mix(h))
    pending++
    if (pending == BLOCK) flush()
  }
}

@inline
function classOf(point: u32): u8 {
  return load<u8>(TABLE + HEAD + (<usize>load<u8>(TABLE + (point >> 8)) << 8) + (point & 255))
}

function lowerOf(point: u32): u32 {
  const page = <usize>load<u8>(TABLE + PAGES + (point >> 8))
  if (page == 0) return point
  const at = TABLE + HEAD + (<usize>load<u8>(TABLE + HEAD - 1) << 8) + (page - 1) * 768 + (point & 255) * 3
  const lower = <u32>load<u8>(at) | (<u32>load<u8>(at, 1) << 8) | (<u32>load<u8>(at, 2) << 16)
  return lower == 0 ? point : lower
}

/** Signs the text of `length` bytes at `from`; returns its number of words, or of characters where those are signed. */
export function sign(from: usize, length: i32): i32 {
  words = 0
  pending = 0
  const ones = i32x4.splat(-1)
  for (let g: i32 = 0; g < groups << 6; g += 16) v128.store(MINIMA + g, ones)
  const end = from + length
  let p = from
  let hash: u32 = 2166136261
  let inside = false
  while (p < end) {
    let c: u32 = load<u8>(p)
    if (c < 128) {
      p++
      if (characters) {
        push((hash ^ c) * 16777619)
        continue
      }
      if (c - 65 < 26) c |= 32
      if (c - 97 < 26 || c - 48 < 10) {
        hash = (hash ^ c) * 16777619
        inside = true
      } else if (inside) {
        push(hash)
        hash = 2166136261
        inside = false
      }
      continue
    }
    if (c < 0xe0) {
      c = ((c & 31) << 6) | (load<u8>(p, 1) & 63)
      p += 2
    } else if (c < 0xf0) {
      c = ((c & 15) << 12) | (<u32>(load<u8>(p, 1) & 63) << 6) | (load<u8>(p, 2) & 63)
      p += 3
    } else {
      c = ((c & 7) << 18) | (<u32>(load<u8>(p, 1) & 63) << 12) | (<u32>(load<u8>(p, 2) & 63) << 6) | (load<u8>(p, 3) & 63)
      p += 4
    }
    if (characters) {
      push((hash ^ c) * 16777619)
      continue
    }
    const bits = classOf(c)
    if (bits & WORD && !(bits & SINGLE)) {
      hash = (hash ^ lowerOf(c)) * 16777619
      inside = true
      continue
    }
    if (inside) {
      push(hash)
      hash = 2166136261
      inside = false
    }
    if (bits & SINGLE) push((hash ^ c) * 16777619)
  }
  if (inside) push(hash)
  if (pending > 0) flush()
  return words
}

@inline
function murmured(hash: u32, block: u32): u32 {
  return hash ^ (rotl<u32>(block * 0xcc9e2d51, 15) * 0x1b873593)
}

/** MurmurHash3 (x86, 32 bits) of the bytes in `from .. end`. */
function murmur(from: usize, end: usize, seed: u32): u32 {
  let hash = seed
  let p = from
  for (; p + 4 <= end; p += 4) hash = rotl<u32>(murmured(hash, load<u32>(p)), 13) * 5 + 0xe6546b64
  if (p < end) {
    let rest: u32 = 0
    for (let i = end - p; i > 0; i--) rest = (rest << 8) | load<u8>(p + i - 1)
    hash = murmured(hash, rest)
  }
  hash ^= <u32>(end - from)
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35
  return hash ^ (hash >> 16)
}

@inline
function afterPoint(p: usize): usize {
  const c = load<u8>(p)
  return p + (c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4)
}

/** How many permutations were written at `factors` and `terms`, up to the next multiple of 16. */
export function permuted(permutations: i32): void { groups = (permutations + 15) >> 4 }

/**
 * Signs the n-grams of characters of a text by MurmurHash3, as cuDF does: a text of fewer characters is one n-gram, 0 is no
 * hash, and an empty text has minima of 0.
 */
export function signMurmur(from: usize, length: i32, n: i32, seed: u32): void {
  pending = 0
  const first = i32x4.splat(length == 0 ? 0 : -1)
  for (let g: i32 = 0; g < groups << 6; g += 16) v128.store(MINIMA + g, first)
  if (length == 0) return
  const end = from + length
  let to = from
  for (let i: i32 = 0; i < n && to < end; i++) to = afterPoint(to)
  for (let p = from; ; p = afterPoint(p), to = afterPoint(to)) {
    const hash = murmur(p, to, seed)
    store<u32>(HASHES + (pending << 2), hash == 0 ? 1 : hash)
    if (++pending == BLOCK) flush()
    if (to >= end) break
  }
  if (pending > 0) flush()
}
