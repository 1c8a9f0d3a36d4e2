// What the text kernel's parts share: where texts, tokens and working memory lie, classes of code points, a table of hashes.

const PAGES: usize = 0x1100
const HEAD: usize = 2 * PAGES + 1
export const SPACE: u32 = 1
export const WIDE_LETTER: u32 = 2
export const WORD: u32 = 4
export const TERMINAL: u32 = 16
export const BREAK: u32 = 32

/** The table of unicode.ts. */
export const TABLE: usize = memory.data(98304, 16)
/** Scores of the last measure. */
export const OUT: usize = memory.data(256, 16)

/** Texts end to end; positions of tokens count from `origin`. */
export let texts: usize = 0
export let origin: usize = 0
/** Tokens of the text that is being cut, an array each. */
export let start: usize = 0
export let end: usize = 0
export let points: usize = 0
export let kind: usize = 0
export let capacity: usize = 0
/** Tokens of all texts, 12 bytes each: a 64-bit hash and code points. */
export let records: usize = 0
export let recordsEnd: usize = 0

@inline
function up(at: usize): usize {
  return (at + 15) & ~15
}

/** Makes sure that memory reaches `at`. */
export function reach(at: usize): void {
  const missing = <i64>at + 64 - (<i64>memory.size() << 16)
  if (missing <= 0) return
  const pages = <i32>((missing + 65535) >> 16)
  // A little more than asked for: growing moves the memory of some engines.
  if (memory.grow(pages + (memory.size() >> 3)) < 0 && memory.grow(pages) < 0) unreachable()
}

/** Lays memory out for `bytes` of texts of which the longest has `longest`, the first byte being byte `first` of the column. */
export function lay(bytes: i32, longest: i32, first: i32): usize {
  capacity = <usize>longest + 16
  texts = up(__heap_base)
  origin = texts - <usize>first
  start = up(texts + <usize>bytes + 32)
  end = start + (capacity << 2)
  points = end + (capacity << 2)
  kind = points + (capacity << 2)
  records = up(kind + capacity)
  recordsEnd = records
  reach(records)
  return texts
}

export function setRecordsEnd(at: usize): void {
  recordsEnd = at
}

@inline
export function score(i: i32, value: f64): void {
  store<f64>(OUT + (i << 3), value)
}

@inline
export function sizeOf(byte: u32): usize {
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
}

/** The code point at `p`. */
export function pointAt(p: usize): u32 {
  const c: u32 = load<u8>(p)
  if (c < 0x80) return c
  if (c < 0xe0) return ((c & 31) << 6) | (load<u8>(p, 1) & 63)
  if (c < 0xf0) return ((c & 15) << 12) | (<u32>(load<u8>(p, 1) & 63) << 6) | (load<u8>(p, 2) & 63)
  return ((c & 7) << 18) | (<u32>(load<u8>(p, 1) & 63) << 12) | (<u32>(load<u8>(p, 2) & 63) << 6) | (load<u8>(p, 3) & 63)
}

@inline
export function classOf(point: u32): u32 {
  return load<u8>(TABLE + HEAD + (<usize>load<u8>(TABLE + (point >> 8)) << 8) + (point & 255))
}

/** Bytes of the white space at `p`; 0 where there is another character. */
@inline
export function spaceAt(p: usize): usize {
  const c: u32 = load<u8>(p)
  if ((c > 0x20 && c < 0x7f) || c >= 0xf0) return 0
  return classOf(pointAt(p)) & SPACE ? sizeOf(c) : 0
}

/** Where the code point before `p` begins. */
@inline
export function before(p: usize, from: usize): usize {
  let at = p - 1
  while (at > from && (load<u8>(at) & 0xc0) == 0x80) at--
  return at
}

/** 64 bits of the bytes from `p` to `to`; equal for texts of up to 8 bytes only where these are. */
export function hashOf(p: usize, to: usize): u64 {
  let h: u64 = <u64>(to - p) * 0x9e3779b97f4a7c15
  for (; p + 8 <= to; p += 8) {
    h = (h ^ load<u64>(p)) * 0xd6e8feb86659fd93
    h ^= h >> 32
  }
  const rest = to - p
  if (rest > 0) {
    h = (h ^ (load<u64>(p) & ((<u64>1 << (<u64>rest << 3)) - 1))) * 0xd6e8feb86659fd93
    h ^= h >> 32
  }
  return h * 0xa0761d6478bd642f
}

/** A table of 64-bit keys, 16 bytes a slot: key, count, mark. */
let slots: usize = 0
let mask: usize = 0

/** Slots for `entries` keys, all empty, at `at`; memory must reach `tableBytes` behind it. */
export function emptyTable(at: usize, entries: i32): void {
  slots = at
  mask = tableSize(entries) - 1
  memory.fill(at, 0, (mask + 1) << 4)
}

@inline
export function tableSize(entries: i32): usize {
  return <usize>2 << (31 - clz<i32>(entries < 4 ? 4 : entries))  << 1
}

/** The slot of a key, which counts once more. */
@inline
export function count(key: u64): usize {
  let i = <usize>((key * 0x9e3779b97f4a7c15) >> 32) & mask
  while (true) {
    const at = slots + (i << 4)
    const n = load<u32>(at, 8)
    if (n == 0) {
      store<u64>(at, key)
      store<u32>(at, 1, 8)
      return at
    }
    if (load<u64>(at) == key) {
      store<u32>(at, n + 1, 8)
      return at
    }
    i = (i + 1) & mask
  }
}
