// Values of JSON for its kernel: reads texts, numbers, flags and null into cells of 16 bytes, passes over whatever else.
import { hex, special, unescaped, write } from "./json-text.as"

/** Kinds of values, a bit each; of a column as many as it may hold. */
export const MISSING: u8 = 1
export const NULL: u8 = 2
export const FLAG: u8 = 4
export const TEXT: u8 = 8
export const NUMBER: u8 = 16
export const NESTED: u8 = 32

export const QUOTE: u32 = 34
export const COMMA: u32 = 44
export const COLON: u32 = 58
export const OPEN_LIST: u32 = 91
const BACKSLASH: u32 = 92
export const OPEN_OBJECT: u32 = 123
export const CLOSE_OBJECT: u32 = 125

/** Brackets that may be open in a value that is passed over. */
const DEEPEST: i32 = 512
const STACK: usize = memory.data(512, 16)

let p: usize = 0
let end: usize = 0
/** Where the next text without its escapes goes. */
let out: usize = 0
/** Begins with the bytes `from .. to`. */
@inline
export function begin(from: usize, to: usize): void {
  p = from
  end = to
}

/** Where texts without their escapes go from now on. */
export function writeTo(at: usize): void {
  out = at
}

/** Where it stands. */
@inline
export function here(): usize {
  return p
}

/** The next byte; 0 at the end. */
@inline
export function byte(): u32 {
  return p < end ? <u32>load<u8>(p) : 0
}

/** Passes over a byte if it is the next; says whether it was. */
@inline
export function take(wanted: u32): bool {
  if (p >= end || <u32>load<u8>(p) != wanted) return false
  p++
  return true
}

@inline
export function atEnd(): bool {
  return p == end
}

@inline
export function blank(): void {
  while (p < end) {
    const c: u32 = load<u8>(p)
    if (c != 32 && c != 10 && c != 13 && c != 9) break
    p++
  }
}

/** Moves on to the next special byte; false where the record ends before. */
@inline
export function toSpecial(): bool {
  while (p < end) {
    const found = special(v128.load(p))
    if (found != 0) {
      p += ctz(found)
      return p < end
    }
    p += 16
  }
  return false
}

/** Passes over a text from behind its first quote. */
function skipText(): bool {
  while (toSpecial()) {
    const c: u32 = load<u8>(p)
    if (c == QUOTE) {
      p++
      return true
    }
    if (c != BACKSLASH || p + 2 > end) return false
    if (load<u8>(p, 1) == 117) {
      if (p + 6 > end || hex(p + 2) < 0) return false
      p += 6
    } else {
      if (unescaped(load<u8>(p, 1)) == 0) return false
      p += 2
    }
  }
  return false
}

/** Reads a text into a cell from behind its first quote: where it lies as it is, or without its escapes. */
function readText(cell: usize): bool {
  const start = p
  if (!toSpecial()) return false
  let c: u32 = load<u8>(p)
  if (c == QUOTE) {
    store<u32>(cell, <u32>start)
    store<u32>(cell, <u32>(p - start), 4)
    p++
    return true
  }
  memory.copy(out, start, p - start)
  let to = out + (p - start)
  while (true) {
    if (c == QUOTE) {
      store<u32>(cell, <u32>out)
      store<u32>(cell, <u32>(to - out), 4)
      out = to
      p++
      return true
    }
    if (c != BACKSLASH || p + 2 > end) return false
    const letter: u32 = load<u8>(p, 1)
    if (letter == 117) {
      if (p + 6 > end) return false
      const first = hex(p + 2)
      if (first < 0) return false
      p += 6
      let point: u32 = first
      if (point >= 0xd800 && point < 0xdc00 && p + 6 <= end && load<u16>(p) == 0x755c) {
        const second = hex(p + 2)
        if (second >= 0xdc00 && second < 0xe000) {
          point = 0x10000 + ((point - 0xd800) << 10) + (<u32>second - 0xdc00)
          p += 6
        }
      }
      to = write(to, point)
    } else {
      const plain = unescaped(letter)
      if (plain == 0) return false
      store<u8>(to, <u8>plain)
      to++
      p += 2
    }
    let found: u32 = 0
    while (p < end) {
      const v = v128.load(p)
      v128.store(to, v)
      found = special(v)
      if (found != 0) break
      p += 16
      to += 16
    }
    if (found == 0) return false
    const n: usize = ctz(found)
    p += n
    to += n
    if (p >= end) return false
    c = load<u8>(p)
  }
  return false
}

@inline
function digit(): bool {
  return p < end && <u32>load<u8>(p) - 48 < 10
}

/** Reads a number into a cell: its place, and its value where that is a short integer, else NaN. */
function readNumber(cell: usize): bool {
  const start = p
  const negative = load<u8>(p) == 45
  if (negative) p++
  if (!digit()) return false
  const first = p
  let whole: i64 = 0
  if (load<u8>(p) == 48) p++
  else
    while (digit()) {
      whole = whole * 10 + <i64>(load<u8>(p) - 48)
      p++
    }
  let simple = p - first <= 15
  if (p < end && load<u8>(p) == 46) {
    simple = false
    p++
    if (!digit()) return false
    while (digit()) p++
  }
  if (p < end && (load<u8>(p) | 32) == 101) {
    simple = false
    p++
    if (p < end && (load<u8>(p) == 43 || load<u8>(p) == 45)) p++
    if (!digit()) return false
    while (digit()) p++
  }
  store<u32>(cell, <u32>start)
  store<u32>(cell, <u32>(p - start), 4)
  store<f64>(cell, simple ? (negative ? -(<f64>whole) : <f64>whole) : NaN, 8)
  return true
}

/** Reads a value that is no object or list into a cell; gives its kind, 0 where it is not JSON. */
export function readScalar(cell: usize): u8 {
  const c: u32 = load<u8>(p)
  if (c == QUOTE) {
    p++
    return readText(cell) ? TEXT : 0
  }
  if (c == 45 || c - 48 < 10) return readNumber(cell) ? NUMBER : 0
  if (p + 4 > end) return 0
  const word = load<u32>(p)
  if (word == 0x6c6c756e) {
    p += 4
    return NULL
  }
  if (word == 0x65757274) {
    p += 4
    store<f64>(cell, 1, 8)
    return FLAG
  }
  if (word == 0x736c6166 && p + 5 <= end && load<u8>(p, 4) == 101) {
    p += 5
    store<f64>(cell, 0, 8)
    return FLAG
  }
  return 0
}

/** Passes over a name of an object and its colon. */
function skipName(): bool {
  if (p >= end || load<u8>(p) != QUOTE) return false
  p++
  if (!skipText()) return false
  blank()
  if (p >= end || load<u8>(p) != COLON) return false
  p++
  return true
}

/** Passes over a value of any kind; `spare` is a cell that nobody reads. */
export function skipValue(spare: usize): bool {
  let depth: i32 = 0
  while (true) {
    blank()
    if (p >= end) return false
    const c: u32 = load<u8>(p)
    let closed = true
    if (c == QUOTE) {
      p++
      if (!skipText()) return false
    } else if (c == OPEN_OBJECT || c == OPEN_LIST) {
      if (depth == DEEPEST) return false
      p++
      blank()
      if (p >= end) return false
      if (<u32>load<u8>(p) == c + 2) p++
      else {
        store<u8>(STACK + depth, <u8>c)
        depth++
        if (c == OPEN_OBJECT && !skipName()) return false
        closed = false
      }
    } else if (readScalar(spare) == 0) return false
    while (closed) {
      if (depth == 0) return true
      blank()
      if (p >= end) return false
      const next: u32 = load<u8>(p)
      const open: u32 = load<u8>(STACK + depth - 1)
      p++
      if (next == open + 2) depth--
      else if (next == COMMA) {
        if (open == OPEN_OBJECT) {
          blank()
          if (!skipName()) return false
        }
        closed = false
      } else return false
    }
  }
  return false
}
