// What the ASCII characters are to spaCy's English tokenizer (3.8), facts of its rules: see spacy-affixes.ts.

export const SPACE: u32 = 1
export const LETTER: u32 = 2
export const DIGIT: u32 = 4
const OTHER: u32 = 8
export const HIGH: u32 = 16
export const PREFIX: u32 = 32
export const SUFFIX: u32 = 64
export const QUOTE: u32 = 128

const CLASS: usize = memory.data(256, 16)

function mark(chars: string, bit: u32): void {
  for (let i = 0; i < chars.length; i++) {
    const at = CLASS + chars.charCodeAt(i)
    store<u8>(at, load<u8>(at) | bit)
  }
}

export function prepare(): void {
  for (let b: u32 = 0; b < 256; b++)
    store<u8>(
      CLASS + b,
      b >= 0x80 ? HIGH : (b >= 9 && b <= 13) || (b >= 28 && b <= 32) ? SPACE : (b | 32) - 97 < 26 ? LETTER : b - 48 < 10 ? DIGIT : OTHER
    )
  mark(",:;!?()[]{}<>_#*&'\"`", PREFIX | SUFFIX)
  mark("%=$", PREFIX)
  mark("'\"`,", QUOTE)
}

@inline
export function cls(p: usize): u32 {
  return load<u8>(CLASS + load<u8>(p))
}

@inline
export function byte(p: usize): u32 {
  return load<u8>(p)
}

@inline
export function isLower(b: u32): bool {
  return b - 97 < 26
}

@inline
export function isUpper(b: u32): bool {
  return b - 65 < 26
}
