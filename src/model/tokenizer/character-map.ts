// The compiled character map of a sentencepiece model: rewrites text by longest rules, kept in a double-array trie.
import { badTokenizer } from "./definition.ts"

const hasLeaf = (unit: number): boolean => ((unit >>> 8) & 1) === 1
const label = (unit: number): number => (unit & 0x800000ff) >>> 0
const offset = (unit: number): number => ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })
const ascii = /^[\0-\x0C\x0E-\x7F]*$/

/** Rules longer than this many bytes are not tried on a whole grapheme. */
const LONGEST_GRAPHEME = 6

/**
 * The function of a `precompiled_charsmap`: base64 of the trie's size in bytes (u32, little endian), the trie (units of
 * darts-clone), and the replacements, each ended by a zero byte.
 */
export const characterMap = (base64: string): ((text: string) => string) => {
  const bytes = Buffer.from(base64, "base64")
  if (bytes.length < 4) return (text) => text
  const size = bytes.readUInt32LE(0)
  if (size % 4 !== 0 || size + 4 > bytes.length) throw badTokenizer("The precompiled character map is cut off.")
  const units = new Uint32Array(size / 4)
  for (let index = 0; index < units.length; index++) units[index] = bytes.readUInt32LE(4 + 4 * index)
  const replacements = bytes.subarray(4 + size)

  /** Where the shortest rule that begins `key` has its replacement, −1 when there is none. */
  const firstMatch = (key: Uint8Array): number => {
    let place = offset(units[0]!)
    for (const byte of key) {
      if (byte === 0) return -1
      place = (place ^ byte) >>> 0
      const unit = units[place]
      if (unit === undefined || label(unit) !== byte) return -1
      place = (place ^ offset(unit)) >>> 0
      if (hasLeaf(unit)) return (units[place] ?? 0) & 0x7fffffff
    }
    return -1
  }
  const known = new Map<string, string | undefined>()
  const replacement = (key: string): string | undefined => {
    if (known.has(key)) return known.get(key)
    const at = firstMatch(Buffer.from(key, "utf8"))
    const end = at < 0 ? -1 : replacements.indexOf(0, at)
    const found = at < 0 ? undefined : replacements.toString("utf8", at, end < 0 ? replacements.length : end)
    if (known.size < 1 << 16) known.set(key, found)
    return found
  }
  // Each ASCII character but a carriage return, which a line feed may follow, is a grapheme of its own.
  const changes = new Map<string, string>()
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code)
    const other = character === "\r" ? character : (replacement(character) ?? character)
    if (other !== character) changes.set(character, other)
  }
  const changed = new RegExp(`[${[...changes.keys()].map((key) => key.replace(/[\\\]^-]/, "\\$&")).join("")}]`, "g")
  return (text) => {
    if (ascii.test(text)) return changes.size === 0 ? text : text.replace(changed, (found) => changes.get(found)!)
    let out = ""
    for (const { segment } of segmenter.segment(text)) {
      const whole = Buffer.byteLength(segment) < LONGEST_GRAPHEME ? replacement(segment) : undefined
      if (whole !== undefined) out += whole
      else for (const character of segment) out += replacement(character) ?? character
    }
    return out
  }
}
