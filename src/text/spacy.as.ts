// Cuts UTF-8 text as spaCy's English tokenizer (3.8) does: runs of ASCII here, others and rare pieces by spacy-tokens.ts,
// which has the same rules as patterns.
import { isAddress } from "./address.as"
import { byte, cls, DIGIT, HIGH, isLower, isUpper, LETTER, PREFIX, QUOTE, SPACE, SUFFIX } from "./ascii.as"
import { known, PAIRS, pairAt } from "./known-words.as"
import { capacity, classOf, end, kind, origin, pointAt, points, sizeOf, SPACE as WHITE, start, WIDE_LETTER, WORD } from "./text-memory.as"

let tokens: i32 = 0

/** Cuts the run between two positions into tokens behind those there are; returns their number. */
@external("env", "cutRun")
declare function cutRun(from: i32, to: i32, count: i32): i32

@inline
function put(a: usize, b: usize, flags: u32): void {
  const i = <usize>tokens << 2
  store<i32>(start + i, <i32>(a - origin))
  store<i32>(end + i, <i32>(b - origin))
  store<i32>(points + i, <i32>(b - a))
  store<u8>(kind + <usize>tokens, flags)
  tokens++
}

/** A token of ASCII: a word where it has a letter or a digit. */
function emit(a: usize, b: usize): void {
  let bits: u32 = 0
  for (let p = a; p < b; p++) bits |= cls(p)
  put(a, b, (bits & LETTER) | ((bits & (LETTER | DIGIT)) != 0 ? 1 : 0))
}

function emitParts(parts: u32, a: usize): void {
  for (; parts != 0; parts >>= 8) {
    const b = a + (parts & 255)
    emit(a, b)
    a = b
  }
}

function prefix(a: usize, b: usize): usize {
  const c = byte(a)
  if (cls(a) & PREFIX) return 1
  switch (c) {
    case 0x2b:
      return a + 1 < b && cls(a + 1) & DIGIT ? 0 : 1
    case 0x2e: {
      let p = a + 1
      while (p < b && byte(p) == 0x2e) p++
      return p - a > 1 ? p - a : 0
    }
    case 0x55:
      return a + 2 < b && byte(a + 1) == 0x53 && byte(a + 2) == 0x24 ? 3 : 0
    case 0x41:
    case 0x43:
      return a + 1 < b && byte(a + 1) == 0x24 ? 2 : 0
  }
  return 0
}

function suffix(a: usize, b: usize): usize {
  if (a == b) return 0
  const last = byte(b - 1)
  const bits = cls(b - 1)
  if (bits & SUFFIX) return 1
  if (last == 0x2e) {
    let p = b - 1
    while (p > a && byte(p - 1) == 0x2e) p--
    if (b - p > 1) return b - p
    if (p == a) return 0
    const c = byte(p - 1)
    if (isLower(c) || cls(p - 1) & (DIGIT | SUFFIX) || c == 0x25 || c == 0x2d || c == 0x2b || c == 0x7c) return 1
    return isUpper(c) && p - a > 1 && isUpper(byte(p - 2)) ? 1 : 0
  }
  if ((last | 32) == 0x73 && b - a > 1 && byte(b - 2) == 0x27) return 2
  return bits & LETTER || last == 0x25 || last == 0x2b || last == 0x24 ? unit(a, b) : 0
}

/** A unit, a currency or a plus behind a digit; its bytes are read as one number. */
function unit(a: usize, b: usize): usize {
  let word: u32 = 0
  for (let k: usize = 1; k <= 5 && b - k >= a; k++) {
    const c = byte(b - k)
    if (c - 48 < 10) return k > 1 && isUnit(word) ? k - 1 : 0
    if (k == 5) return 0
    word |= c << (<u32>(k - 1) << 3)
  }
  return 0
}

function isUnit(word: u32): bool {
  switch (word) {
    case 0x2b: case 0x24: case 0x555324: case 0x4324: case 0x4124:
    case 0x6b6d: case 0x6d: case 0x646d: case 0x636d: case 0x6d6d: case 0x6861: case 0x6e6d: case 0x7964: case 0x696e:
    case 0x6674: case 0x6b67: case 0x67: case 0x6d67: case 0x74: case 0x6c62: case 0x6f7a: case 0x6d2f73: case 0x6b6d2f68:
    case 0x6b6d68: case 0x6d7068: case 0x685061: case 0x5061: case 0x6d626172: case 0x6d62: case 0x4d42: case 0x6b62:
    case 0x4b42: case 0x6762: case 0x4742: case 0x7462: case 0x5442: case 0x54: case 0x47: case 0x4d: case 0x4b: case 0x25:
      return true
  }
  return false
}

/** Cuts an ASCII run that is not of letters alone. */
function cutAscii(from: usize, to: usize): void {
  const whole = known(from, to)
  if (whole != 0) {
    emitParts(whole, from)
    return
  }
  const first = tokens
  let a = from
  let b = to
  // Where suffixes start, from the back of an array that the tokens fill from the front: together no more than bytes.
  let stack = points + (capacity << 2)
  const bottom = stack
  while (a < b) {
    if (lettersOnly(a, b) || known(a, b) != 0) break
    const inner = a + prefix(a, b)
    if (inner > a && known(inner, b) != 0) {
      emit(a, inner)
      a = inner
      break
    }
    const outer = b - suffix(inner, b)
    if (outer < b && known(a, outer) != 0) {
      stack -= 4
      store<i32>(stack, <i32>(outer - origin))
      b = outer
      break
    }
    if (inner == a && outer == b) break
    if (inner > a) emit(a, inner)
    if (outer < b) {
      stack -= 4
      store<i32>(stack, <i32>(outer - origin))
    }
    a = inner
    b = outer
  }
  cutMiddle(a, b)
  while (stack < bottom) {
    const at = origin + <usize>load<i32>(stack)
    stack += 4
    emit(at, stack < bottom ? origin + <usize>load<i32>(stack) : to)
  }
  joinFrom(first, from, to)
}

/** Leaves a run to the patterns where its pieces may belong together again. */
function joinFrom(first: i32, from: usize, to: usize): void {
  for (let i = first; i + 1 < tokens; i++)
    if (mayJoin(i)) {
      tokens = cutRun(<i32>(from - origin), <i32>(to - origin), first)
      return
    }
}

/** Cuts a run with characters beyond ASCII: here where it is a word of any script with marks around, else by the patterns. */
function cutWide(from: usize, to: usize): void {
  const first = tokens
  let a = from
  let b = to
  while (a < b && cls(a) & PREFIX) a++
  while (a < b && cls(b - 1) & SUFFIX) b--
  let all = WORD
  let any: u32 = 0
  let length = 0
  for (let p = a; p < b && all != 0; p += sizeOf(byte(p))) {
    const bits = byte(p) < 0x80 ? (cls(p) & LETTER ? WORD | WIDE_LETTER : 0) : classOf(pointAt(p))
    all &= bits
    any |= bits
    length++
  }
  if (all == 0 || !(any & WIDE_LETTER)) {
    tokens = cutRun(<i32>(from - origin), <i32>(to - origin), tokens)
    return
  }
  for (let p = from; p < a; p++) put(p, p + 1, 0)
  put(a, b, 3)
  store<i32>(points + (<usize>(tokens - 1) << 2), length)
  for (let p = b; p < to; p++) put(p, p + 1, 0)
  joinFrom(first, from, to)
}

/** Whether a token and the next look like the start of a known word. */
@inline
function mayJoin(i: i32): bool {
  const a = origin + <usize>load<i32>(start + (<usize>i << 2))
  const b = origin + <usize>load<i32>(end + (<usize>i << 2), 4)
  return b - a < 16 && ((<u32>load<u16>(pairAt(PAIRS, byte(a), byte(b - 1))) >> <u32>(b - a)) & 1) != 0
}

function lettersOnly(a: usize, b: usize): bool {
  if (!(cls(b - 1) & LETTER)) return false
  for (let p = a; p < b; p++) if (!(cls(p) & LETTER)) return false
  return true
}

function cutMiddle(a: usize, b: usize): void {
  if (a >= b) return
  const parts = known(a, b)
  if (parts != 0) {
    emitParts(parts, a)
    return
  }
  let bits: u32 = 0
  let dots = false
  for (let p = a; p < b; p++) {
    bits |= cls(p)
    if (byte(p) == 0x2e) dots = true
    else if (!(cls(p) & (LETTER | DIGIT))) bits |= 256
  }
  if ((!dots && !(bits & 256)) || (dots && isAddress(a, b))) put(a, b, (bits & LETTER) | ((bits & (LETTER | DIGIT)) != 0 ? 1 : 0))
  else cutInfixes(a, b)
}

function cutInfixes(a: usize, b: usize): void {
  let from = a
  let p = a + 1
  if (byte(a) == 0x2e) while (p < b && byte(p) == 0x2e) p++
  while (p < b) {
    const bits = cls(p)
    const length: usize = bits & (LETTER | DIGIT) ? 0 : infix(p, b)
    if (length == 0) {
      p++
      continue
    }
    if (from < p) emit(from, p)
    emit(p, p + length)
    p += length
    from = p
  }
  if (from < b) emit(from, b)
}

/** Bytes of the mark at `p` that cuts what is around it; 0 where it does not. */
function infix(p: usize, b: usize): usize {
  const c = byte(p)
  const back = cls(p - 1)
  const next: u32 = p + 1 < b ? cls(p + 1) : 0
  switch (c) {
    case 0x2e: {
      let q = p + 1
      while (q < b && byte(q) == 0x2e) q++
      if (q - p > 1) return q - p
      return q < b && (isLower(byte(p - 1)) || back & QUOTE) && (isUpper(byte(q)) || next & QUOTE) ? 1 : 0
    }
    case 0x2b: case 0x2a: case 0x5e:
      return back & DIGIT && p + 1 < b && (next & DIGIT || byte(p + 1) == 0x2d) ? 1 : 0
    case 0x2c:
      return back & next & LETTER ? 1 : 0
    case 0x2d: {
      if (back & DIGIT && p + 1 < b && (next & DIGIT || byte(p + 1) == 0x2d)) return 1
      if (!(back & (LETTER | DIGIT))) return 0
      if (next & LETTER) return 1
      if (p + 2 >= b || byte(p + 1) != 0x2d) return 0
      if (cls(p + 2) & LETTER) return 2
      return p + 3 < b && byte(p + 2) == 0x2d && cls(p + 3) & LETTER ? 3 : 0
    }
    case 0x7e: case 0x3a: case 0x3c: case 0x3e: case 0x3d: case 0x2f:
      return back & (LETTER | DIGIT) && next & LETTER ? 1 : 0
  }
  return 0
}

/** Cuts the text between two positions; returns the number of tokens. */
export function cut(first: i32, last: i32): i32 {
  tokens = 0
  const to = origin + <usize>last
  let p = origin + <usize>first
  while (p < to) {
    let c = cls(p)
    if (c & SPACE) {
      p++
      continue
    }
    const from = p
    let bits: u32 = 0
    while (true) {
      if (c & (SPACE | HIGH)) {
        if (c & SPACE) break
        if (byte(p) < 0xe4 && classOf(pointAt(p)) & WHITE) break
        p += sizeOf(byte(p))
      } else p++
      bits |= c
      if (p >= to) break
      c = cls(p)
    }
    if (p == from) p += sizeOf(byte(p))
    else if (bits & HIGH) cutWide(from, p)
    else if (bits == LETTER) {
      const parts = known(from, p)
      if (parts == 0) put(from, p, 3)
      else emitParts(parts, from)
    } else cutAscii(from, p)
  }
  return tokens
}
