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
