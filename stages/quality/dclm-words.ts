// Words as the Rust filters of DCLM's recipe cut them: by white space, and by the word boundaries of Unicode (UAX #29).

const RUST_SPACE = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/

/** Runs between white space (the property White_Space). */
export const rustWords = (text: string): ReadonlyArray<string> => text.split(RUST_SPACE).filter((word) => word !== "")

/**
 * Letters and numbers with what joins them; a letter of a script without spaces is a word by itself. UAX #29 without its
 * rules for Hebrew quotes and flags, which hold no letters or numbers.
 */
const UNICODE_WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|\p{Script=Katakana}[\p{Script=Katakana}\u30fc\p{M}]*|_*(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_\u200d]|(?<=[\p{L}\p{M}])['\u2018\u2019.:\u00b7\u2024](?=\p{L})|(?<=\p{N})['\u2018\u2019.,;](?=\p{N}))*)/gu

/** The words of a text that hold a letter or a number. */
export const unicodeWords = (text: string): ReadonlyArray<string> => text.match(UNICODE_WORD) ?? []

/** Words as the length rule counts them: runs of ASCII letters and digits where the text is ASCII, else as `unicodeWords`. */
export const pageWords = (text: string): number =>
  /^[\0-\x7f]*$/.test(text) ? (text.match(/[a-zA-Z0-9]+/g)?.length ?? 0) : unicodeWords(text).length
