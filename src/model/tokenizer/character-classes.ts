// Letters, numbers, white space and line ends of Unicode as one byte for each character, looked up while words are cut.

/** Classes of characters; every character has one. */
export const OTHER = 0
export const LETTER = 1
export const NUMBER = 2
export const SPACE = 3
/** Carriage return and line feed. */
export const LINE_END = 4

const fill = (table: Uint8Array, all: string, pattern: RegExp, kind: number): void => {
  for (const { 0: run, index } of all.matchAll(pattern)) table.fill(kind, index, index + run.length)
}

/** Looks classes up; makes its table when it is made. */
export class CharacterClasses {
  /** Classes of UTF-16 units; surrogates have none. */
  readonly units = new Uint8Array(65536)
  private readonly astral = new Map<number, number>()

  constructor() {
    const low = Array.from({ length: 0xd800 }, (_, unit) => String.fromCharCode(unit)).join("")
    const high = Array.from({ length: 0x2000 }, (_, unit) => String.fromCharCode(0xe000 + unit)).join("")
    for (const [pattern, kind] of [
      [/\p{L}+/gu, LETTER],
      [/\p{N}+/gu, NUMBER],
      [/\p{White_Space}+/gu, SPACE],
      [/[\r\n]+/gu, LINE_END]
    ] as const) {
      fill(this.units, low, pattern, kind)
      fill(this.units.subarray(0xe000), high, pattern, kind)
    }
  }

  /** Class of a character above U+FFFF. */
  above(codePoint: number): number {
    const known = this.astral.get(codePoint)
    if (known !== undefined) return known
    const character = String.fromCodePoint(codePoint)
    const kind = /\p{L}/u.test(character) ? LETTER : /\p{N}/u.test(character) ? NUMBER : OTHER
    this.astral.set(codePoint, kind)
    return kind
  }
}
