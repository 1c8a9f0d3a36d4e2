// The 64-bit MinHash kernel, in AssemblyScript: xxHash64 of token n-grams, and the minima of its permutations as datatrove
// takes them. wide-minhash.ts holds the same in plain TypeScript; build.ts compiles this file to wide-minhash.wasm.

const BLOCK: i32 = 512
const MOST: i32 = 16384

const A: usize = memory.data(16384 * 8, 16)
const B: usize = memory.data(16384 * 8, 16)
const MINIMA: usize = memory.data(16384 * 8, 16)
const HASHES: usize = memory.data(512 * 8, 16)

const P1: u64 = 0x9e3779b185ebca87
const P2: u64 = 0xc2b2ae3d27d4eb4f
const P3: u64 = 0x165667b19e3779f9
const P4: u64 = 0x85ebca77c2b2ae63
const P5: u64 = 0x27d4eb2f165667c5

const PRIME: u64 = 0x1fffffffffffffff
const HIGH: u64 = 0xe000000000000000

let permutations: i32 = 0

export function factors(): usize { return A }
export function terms(): usize { return B }
export function minima(): usize { return MINIMA }
export function most(): i32 { return MOST }
export function tokens(): usize { return __heap_base }
export function shape(count: i32): void { permutations = count }

@inline
function round(accumulator: u64, lane: u64): u64 {
  return rotl<u64>(accumulator + lane * P2, 31) * P1
}

@inline
function merge(hash: u64, accumulator: u64): u64 {
  return (hash ^ round(0, accumulator)) * P1 + P4
}

/** xxHash64 of the bytes in `from .. end`, with seed 0. */
function xxhash(from: usize, end: usize): u64 {
  let p = from
  let hash: u64
  if (end - from >= 32) {
    let v1: u64 = P1 + P2
    let v2: u64 = P2
    let v3: u64 = 0
    let v4: u64 = 0 - P1
    for (; p + 32 <= end; p += 32) {
      v1 = round(v1, load<u64>(p))
      v2 = round(v2, load<u64>(p, 8))
      v3 = round(v3, load<u64>(p, 16))
      v4 = round(v4, load<u64>(p, 24))
    }
    hash = rotl<u64>(v1, 1) + rotl<u64>(v2, 7) + rotl<u64>(v3, 12) + rotl<u64>(v4, 18)
    hash = merge(merge(merge(merge(hash, v1), v2), v3), v4)
  } else hash = P5
  hash += end - from
  for (; p + 8 <= end; p += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(p)), 27) * P1 + P4
  if (p + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(p) * P1), 23) * P2 + P3
    p += 4
  }
  for (; p < end; p++) hash = rotl<u64>(hash ^ (<u64>load<u8>(p) * P5), 11) * P1
  hash = (hash ^ (hash >> 33)) * P2
  hash = (hash ^ (hash >> 29)) * P3
  return hash ^ (hash >> 32)
}

/** A value modulo the prime, less the prime: as an unsigned number it orders as the remainder does. */
@inline
function ranked(h: u64, a: u64, b: u64): u64 {
  const v = h * a + b
  return (v | HIGH) + (v >> 61) + 1
}

function flush(pending: i32): void {
  const end = HASHES + (pending << 3)
  for (let at: usize = 0; at < <usize>permutations << 3; at += 32) {
    const a0 = load<u64>(A + at), a1 = load<u64>(A + at, 8), a2 = load<u64>(A + at, 16), a3 = load<u64>(A + at, 24)
    const b0 = load<u64>(B + at), b1 = load<u64>(B + at, 8), b2 = load<u64>(B + at, 16), b3 = load<u64>(B + at, 24)
    let m0 = load<u64>(MINIMA + at), m1 = load<u64>(MINIMA + at, 8)
    let m2 = load<u64>(MINIMA + at, 16), m3 = load<u64>(MINIMA + at, 24)
    for (let p = HASHES; p < end; p += 8) {
      const h = load<u64>(p)
      const v0 = ranked(h, a0, b0), v1 = ranked(h, a1, b1), v2 = ranked(h, a2, b2), v3 = ranked(h, a3, b3)
      m0 = select<u64>(v0, m0, v0 < m0)
      m1 = select<u64>(v1, m1, v1 < m1)
      m2 = select<u64>(v2, m2, v2 < m2)
      m3 = select<u64>(v3, m3, v3 < m3)
    }
    store<u64>(MINIMA + at, m0)
    store<u64>(MINIMA + at, m1, 8)
    store<u64>(MINIMA + at, m2, 16)
    store<u64>(MINIMA + at, m3, 24)
  }
}

/**
 * Signs tokens that lie end to end with a space between: token `i` at `text + starts[i]`, and `starts[count]` one past the
 * space that would follow the last. There are at least `n` of them.
 */
export function sign(text: usize, starts: usize, count: i32, n: i32): void {
  for (let i: usize = 0; i < <usize>((permutations + 3) & ~3) << 3; i += 8) store<u64>(MINIMA + i, 0xffffffffffffffff)
  let pending: i32 = 0
  for (let i: i32 = 0; i + n <= count; i++) {
    const at = starts + (i << 2)
    const hash = xxhash(text + load<u32>(at), text + load<u32>(at + (n << 2)) - 1)
    store<u64>(HASHES + (pending << 3), hash)
    if (++pending == BLOCK) {
      flush(pending)
      pending = 0
    }
  }
  if (pending > 0) flush(pending)
  for (let i: usize = 0; i < <usize>permutations << 3; i += 8) {
    const least = load<u64>(MINIMA + i)
    store<u64>(MINIMA + i, least < 8 ? least : least + PRIME)
  }
}
