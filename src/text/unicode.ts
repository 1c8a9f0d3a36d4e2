// What a code point is (letter, space, line break, …) and its lower case, from a table built by build.ts, so that results
// depend on the committed table and not on the ICU of the machine; the same bytes are loaded into the kernels' memory.
import { readFileSync } from "node:fs"

/**
 * The table. Two page indexes of 4,352 bytes (class page; lower-case page plus one, 0 where nothing has a lower case), one
 * byte with the number of class pages, class pages of 256 bytes, lower-case pages of 256 × 3 bytes (0: the same).
 */
export const unicode: Uint8Array = readFileSync(new URL("./unicode.bin", import.meta.url))

/** White space, as Python's `str.isspace`. */
export const SPACE = 1
/** A letter (general category L). */
export const LETTER = 2
/** Part of a word: letter, mark or number (categories L, M, N). */
export const WORD = 4
/** A letter of a script written without spaces (Han, kana, Hangul, Thai): a word by itself. */
export const SINGLE = 8
/** Ends a sentence (property Sentence_Terminal), or may end a line of prose. */
export const TERMINAL = 16
/** Ends a line, as in Python's `str.splitlines`. */
export const BREAK = 32
/** An ASCII digit. */
export const DIGIT = 64

/** Pages of 256 code points in Unicode's range. */
export const PAGES = 0x1100
/** Bytes before the first class page. */
export const HEAD = 2 * PAGES + 1

/** The class bits of a code point. */
export const classOf = (point: number): number => unicode[HEAD + (unicode[point >> 8]! << 8) + (point & 255)]!

/** The lower case of a code point, where that is one code point; else the code point itself. */
export const lowerOf = (point: number): number => {
  const page = unicode[PAGES + (point >> 8)]!
  if (page === 0) return point
  const at = HEAD + (unicode[HEAD - 1]! << 8) + (page - 1) * 768 + (point & 255) * 3
  const lower = unicode[at]! | (unicode[at + 1]! << 8) | (unicode[at + 2]! << 16)
  return lower === 0 ? point : lower
}
