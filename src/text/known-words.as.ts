// Words whose tokens spaCy's English tokenizer knows by heart, as bytes: spacy-tokens.ts fills in what spacy-exceptions.ts lists.
import { byte } from "./ascii.as"

/** Lengths of known words by their first and last byte, one bit each; the same of two pieces that a known word starts with. */
export const LENGTHS: usize = memory.data(32768, 16)
export const PAIRS: usize = memory.data(32768, 16)
/** Known words, open addressing: 16 bytes of text, lengths of the parts in a byte each. */
const KNOWN: usize = memory.data(4096 * 24, 16)
const KNOWN_MASK: usize = 4095

@inline
export function pairAt(table: usize, first: u32, last: u32): usize {
  return table + (((first << 7) | last) << 1)
}

@inline
function head(p: usize, length: usize): u64 {
  return length >= 8 ? load<u64>(p) : load<u64>(p) & ((<u64>1 << (<u64>length << 3)) - 1)
}

@inline
function tail(p: usize, length: usize): u64 {
  return length <= 8 ? 0 : load<u64>(p, 8) & ((<u64>1 << (<u64>(length - 8) << 3)) - 1)
}

@inline
function slotOf(a: u64, b: u64): usize {
  return <usize>(((a ^ (b * 0x9e3779b97f4a7c15)) * 0xd6e8feb86659fd93) >> 40) & KNOWN_MASK
}

/** Adds the word of fewer than 16 bytes at `p`, with the lengths of its parts. */
export function addKnown(p: usize, length: i32, parts: u32): void {
  const at = pairAt(LENGTHS, byte(p), byte(p + length - 1))
  store<u16>(at, load<u16>(at) | <u16>(<u32>1 << length))
  const a = head(p, length), b = tail(p, length)
  let i = slotOf(a, b)
  while (load<u32>(KNOWN + i * 24, 16) != 0) i = (i + 1) & KNOWN_MASK
  store<u64>(KNOWN + i * 24, a)
  store<u64>(KNOWN + i * 24, b, 8)
  store<u32>(KNOWN + i * 24, parts, 16)
}

/** Two pieces that begin a word which the rules would cut: their first and last byte, their length together. */
export function addPair(first: u32, last: u32, length: i32): void {
  const at = pairAt(PAIRS, first, last)
  store<u16>(at, load<u16>(at) | <u16>(<u32>1 << length))
}

/** The lengths of the parts of a known word, 0 where it is not known. */
export function known(a: usize, b: usize): u32 {
  const length = b - a
  if (length - 1 > 14) return 0
  if (!((<u32>load<u16>(pairAt(LENGTHS, byte(a), byte(b - 1))) >> <u32>length) & 1)) return 0
  const x = head(a, length), y = tail(a, length)
  let i = slotOf(x, y)
  while (true) {
    const at = KNOWN + i * 24
    const parts = load<u32>(at, 16)
    if (parts == 0) return 0
    if (load<u64>(at) == x && load<u64>(at, 8) == y) return parts
    i = (i + 1) & KNOWN_MASK
  }
}
