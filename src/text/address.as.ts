// Addresses of the web and of mail in ASCII, as spaCy's English tokenizer (3.8) knows them: ADDRESS of spacy-affixes.ts.
import { byte, cls, DIGIT, isLower, LETTER } from "./ascii.as"

@inline
function isHost(p: usize): bool {
  return (cls(p) & (LETTER | DIGIT)) != 0
}

/** An address of the web or of mail: the host may stand at the start, behind a scheme, or behind any @ but the first byte. */
export function isAddress(a: usize, b: usize): bool {
  if (isSite(a, b)) return true
  let p = a
  while (p < b && (isHost(p) || byte(p) == 0x5f || byte(p) == 0x2b || byte(p) == 0x2d || byte(p) == 0x2e)) p++
  if (p - a >= 2 && p + 3 < b && byte(p) == 0x3a && byte(p + 1) == 0x2f && byte(p + 2) == 0x2f && isSite(p + 3, b)) return true
  for (p = a + 1; p < b; p++) if (byte(p) == 0x40 && isSite(p + 1, b)) return true
  return false
}

function isSite(a: usize, b: usize): bool {
  let p = a
  let labels = 0
  while (true) {
    const from = p
    let lower = true
    while (p < b && (isHost(p) || byte(p) == 0x5f || byte(p) == 0x2d)) {
      if (!isLower(byte(p))) lower = false
      p++
    }
    const length = p - from
    if (p < b && byte(p) == 0x2e) {
      if (length < 1 || length > 64 || !isHost(from) || !isHost(p - 1)) return isIp(a, b)
      p++
      labels++
      continue
    }
    return (labels > 0 && lower && length >= 2 && length <= 63 && isTail(p, b)) || isIp(a, b)
  }
}

function isTail(p: usize, b: usize): bool {
  if (p < b && byte(p) == 0x3a) {
    const from = ++p
    while (p < b && cls(p) & DIGIT) p++
    if (p - from < 2 || p - from > 5) return false
  }
  return p == b || byte(p) == 0x2f || byte(p) == 0x3f || byte(p) == 0x23
}

function isIp(a: usize, b: usize): bool {
  let p = a
  let one: u32 = 0
  let two: u32 = 0
  for (let part = 0; part < 4; part++) {
    if (part > 0) {
      if (p >= b || byte(p) != 0x2e) return false
      p++
    }
    const from = p
    let value: u32 = 0
    while (p < b && p - from < 4 && cls(p) & DIGIT) value = value * 10 + byte(p++) - 48
    const digits = p - from
    if (digits < 1 || digits > 3) return false
    if (part == 0 || part == 3) {
      if (byte(from) == 0x30 || value > <u32>(part == 0 ? 223 : 254)) return false
    } else if (digits == 3 && (value < 100 || value > 255)) return false
    if (part == 0) one = value
    if (part == 1) two = value
  }
  if (one == 10 || one == 127 || (one == 169 && two == 254) || (one == 192 && two == 168)) return false
  return !(one == 172 && two >= 16 && two <= 31) && isTail(p, b)
}
