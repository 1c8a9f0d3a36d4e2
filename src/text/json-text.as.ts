// Texts of JSON for its kernel: which bytes end or escape, what escapes stand for, code points as UTF-8.

const QUOTE: u32 = 34
const BACKSLASH: u32 = 92

/** Which of 16 bytes are quotes, backslashes or control characters. */
@inline
export function special(v: v128): u32 {
  const quote = i8x16.eq(v, i8x16.splat(34))
  const escape = i8x16.eq(v, i8x16.splat(92))
  const control = i8x16.lt_u(v, i8x16.splat(32))
  return <u32>i8x16.bitmask(v128.or(quote, v128.or(escape, control)))
}

/** The 16 bits that four hexadecimal digits stand for; −1 where they are none. */
export function hex(at: usize): i32 {
  let value: i32 = 0
  for (let i: usize = 0; i < 4; i++) {
    const c: u32 = load<u8>(at + i)
    const low = c | 32
    if (c - 48 < 10) value = (value << 4) | <i32>(c - 48)
    else if (low - 97 < 6) value = (value << 4) | <i32>(low - 87)
    else return -1
  }
  return value
}

/** What a backslash and this letter stand for; 0 where they are no escape. */
export function unescaped(letter: u32): u32 {
  if (letter == 110) return 10
  if (letter == QUOTE || letter == BACKSLASH || letter == 47) return letter
  if (letter == 116) return 9
  if (letter == 114) return 13
  if (letter == 98) return 8
  if (letter == 102) return 12
  return 0
}

/** Writes a code point as UTF-8; half of a surrogate pair as U+FFFD, as encoders do. */
export function write(at: usize, code: u32): usize {
  const point: u32 = code >= 0xd800 && code < 0xe000 ? 0xfffd : code
  if (point < 0x80) {
    store<u8>(at, <u8>point)
    return at + 1
  }
  if (point < 0x800) {
    store<u8>(at, <u8>(0xc0 | (point >> 6)))
    store<u8>(at, <u8>(0x80 | (point & 63)), 1)
    return at + 2
  }
  if (point < 0x10000) {
    store<u8>(at, <u8>(0xe0 | (point >> 12)))
    store<u8>(at, <u8>(0x80 | ((point >> 6) & 63)), 1)
    store<u8>(at, <u8>(0x80 | (point & 63)), 2)
    return at + 3
  }
  store<u8>(at, <u8>(0xf0 | (point >> 18)))
  store<u8>(at, <u8>(0x80 | ((point >> 12) & 63)), 1)
  store<u8>(at, <u8>(0x80 | ((point >> 6) & 63)), 2)
  store<u8>(at, <u8>(0x80 | (point & 63)), 3)
  return at + 4
}
