// Hashes for texts: a cryptographic digest for identity, a 32-bit mixer for tables and sketches.
import { hash } from "node:crypto"

/**
 * The first 128 bits of sha256: the identity of a text; two texts share it by chance never (2⁻⁶⁴ at 2³² texts).
 *
 * @example
 * import { digest128 } from "#sluice/text"
 * Buffer.from(digest128("abc")).toString("hex") // → "ba7816bf8f01cfea414140de5dae2223"
 */
export const digest128 = (bytes: Uint8Array | string): Uint8Array => hash("sha256", bytes, "buffer").subarray(0, 16)

/** Mixes 32 bits so that each bit of the input moves about half of the output's ("lowbias32", C. Wellons' hash prospector). */
export const mix32 = (value: number): number => {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/**
 * For each entry of 16 bytes the first one like it: its own place where there is none before it.
 *
 * @example
 * import { digest128, firstRows } from "#sluice/text"
 * Array.from(firstRows(Buffer.concat([digest128("dawn"), digest128("dusk"), digest128("dawn")]))) // → [0, 1, 0]
 */
export const firstRows = (entries: Uint8Array): Int32Array => {
  const rows = entries.length / 16
  const words = wordsOf(entries)
  const mask = 2 ** Math.ceil(Math.log2(2 * rows + 2)) - 1
  /** Rows + 1 at their second 32 bits, or the next free place. */
  const places = new Int32Array(mask + 1)
  const first = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const at = row * 4
    let place = words[at + 1]! & mask
    for (; places[place] !== 0; place = (place + 1) & mask) {
      const other = (places[place]! - 1) * 4
      if (
        words[other] === words[at] &&
        words[other + 1] === words[at + 1] &&
        words[other + 2] === words[at + 2] &&
        words[other + 3] === words[at + 3]
      )
        break
    }
    if (places[place] === 0) places[place] = row + 1
    first[row] = places[place]! - 1
  }
  return first
}

/** Bytes as 32-bit words. */
const wordsOf = (bytes: Uint8Array): Int32Array =>
  bytes.byteOffset % 4 === 0
    ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    : new Int32Array(bytes.slice().buffer)
