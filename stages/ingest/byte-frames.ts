// What framings of text share: where a file begins after its byte order mark, and records that are stretches of its bytes.
import type { Frames } from "#sluice"

/** Where the text of UTF-8 bytes begins: after the byte order mark, if there is one. */
export const textStart = (bytes: Uint8Array): number =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0

/** A blank inside a line. */
export const isBlank = (byte: number): boolean => byte === 32 || byte === 9 || byte === 13

/** Records from the first byte of each and the one after its last, on the lines where they begin (1-based). */
export const framesOnLines = (
  bytes: Uint8Array,
  bounds: ReadonlyArray<number>,
  lines: ReadonlyArray<number>
): Frames => ({
  count: lines.length,
  record: (index) => bytes.subarray(bounds[index * 2]!, bounds[index * 2 + 1]!),
  place: (index) => ({ line: lines[index]! })
})

/** The first byte that is neither blank nor of a byte order mark. */
export const firstByte = (bytes: Uint8Array): number | undefined =>
  bytes.subarray(0, 1 << 16).find((byte) => byte > 32 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf)

/** The last byte that is not blank. */
export const lastByte = (bytes: Uint8Array): number | undefined =>
  bytes.subarray(-(1 << 16)).findLast((byte) => byte > 32)
