// Builds the table behind unicode.ts from the properties that this Node's ICU knows; run by build.ts, never by a stage.

const CLASSES: ReadonlyArray<readonly [bit: number, pattern: RegExp]> = [
  [1, /[\p{White_Space}\u001c-\u001f]/u],
  [2, /\p{L}/u],
  [4, /[\p{L}\p{M}\p{N}]/u],
  [8, /(?=\p{L})[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u],
  [16, /\p{Sentence_Terminal}/u],
  [32, /[\n\v\f\r\u001c-\u001e\u0085\u2028\u2029]/u],
  [64, /[0-9]/u]
]

const classBits = (text: string): number => CLASSES.reduce((bits, [bit, is]) => (is.test(text) ? bits | bit : bits), 0)

const lowerCase = (text: string): number => {
  const lower = text.toLowerCase()
  return lower !== text && lower.length === String.fromCodePoint(lower.codePointAt(0)!).length
    ? lower.codePointAt(0)!
    : 0
}

const numbered = (pages: Array<Uint8Array>, seen: Map<string, number>, page: Uint8Array): number => {
  const key = page.toString()
  const known = seen.get(key)
  if (known !== undefined) return known
  pages.push(page)
  seen.set(key, pages.length - 1)
  return pages.length - 1
}

/** The bytes of unicode.bin; unicode.ts says how they are laid out. */
export const unicodeTable = (): Uint8Array => {
  const index = new Uint8Array(2 * 0x1100 + 1)
  const classes: Array<Uint8Array> = []
  const lowers: Array<Uint8Array> = []
  const seenClasses = new Map<string, number>()
  const seenLowers = new Map<string, number>()
  for (let page = 0; page < 0x1100; page++) {
    const bits = new Uint8Array(256)
    const lower = new Uint8Array(768)
    for (let i = 0; i < 256; i++) {
      const text = String.fromCodePoint(page * 256 + i)
      bits[i] = classBits(text)
      const to = lowerCase(text)
      lower.set([to & 255, (to >> 8) & 255, to >> 16], i * 3)
    }
    index[page] = numbered(classes, seenClasses, bits)
    index[0x1100 + page] = lower.some((byte) => byte > 0) ? numbered(lowers, seenLowers, lower) + 1 : 0
  }
  index[2 * 0x1100] = classes.length
  return Buffer.concat([index, ...classes, ...lowers])
}
