// A stable pseudo-random number for a text: what split, sample and seeded choices draw from, never from order or time.
import { createHash } from "node:crypto"

/**
 * A number in [0, 1) that depends on the text and the seed alone: the first 48 bits of sha256(seed, text).
 *
 * @example
 * import { share } from "#sluice"
 * share("gates.md", 7) // → 0.9812
 * share("gates.md", 8) // → 0.4408
 */
export const share = (text: string, seed: number): number =>
  createHash("sha256").update(`${seed}\u0000${text}`).digest().readUIntBE(0, 6) / 2 ** 48
