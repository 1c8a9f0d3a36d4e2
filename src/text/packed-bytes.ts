// Byte strings of many rows in one piece of memory, as kernels and columns take them.

/** Byte strings laid end to end: row `i` is `bytes[offsets[i] .. offsets[i + 1]]`. */
export interface PackedBytes {
  readonly offsets: Int32Array
  readonly bytes: Uint8Array
}

/** Lays byte strings end to end. */
export const packBytes = (parts: ReadonlyArray<Uint8Array>): PackedBytes => {
  const offsets = new Int32Array(parts.length + 1)
  parts.forEach((part, i) => {
    offsets[i + 1] = offsets[i]! + part.length
  })
  return { offsets, bytes: new Uint8Array(Buffer.concat(parts)) }
}

/** Lays texts end to end, as UTF-8. */
export const packTexts = (texts: ReadonlyArray<string>): PackedBytes =>
  packBytes(texts.map((text) => Buffer.from(text)))

/** Bytes of the longest of the first `rows` strings. */
export const longestOf = ({ offsets }: PackedBytes, rows: number): number => {
  let longest = 0
  for (let row = 0; row < rows; row++) longest = Math.max(longest, offsets[row + 1]! - offsets[row]!)
  return longest
}
