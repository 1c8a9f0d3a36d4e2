// Vectors kept so far, and the nearest of them: found by random hyperplanes, so that not every pair is compared.
import { cosine, DIMENSIONS, mix32, textVector } from "#sluice/text"

/** Bands of sign bits; two vectors are compared where one band agrees (Charikar 2002). */
const BANDS = 24
const MOST_BITS = 16
/** The share of pairs as near as asked for that meet in a band. */
const RECALL = 0.97

/** Bits of a band, as many as leave pairs at a cosine that recall: one bit agrees with probability 1 − angle / π. */
const bitsFor = (cosineAt: number): number => {
  const agrees = 1 - Math.acos(Math.max(-1, Math.min(1, cosineAt))) / Math.PI
  const bits = agrees >= 1 ? MOST_BITS : Math.log(1 - (1 - RECALL) ** (1 / BANDS)) / Math.log(agrees)
  return Math.max(1, Math.min(MOST_BITS, Math.floor(bits)))
}

/** A text's vector as bytes: each number times 127, so that a row takes 256 bytes. */
export const packedVector = (text: string): Uint8Array => {
  const vector = textVector(text)
  let most = 0
  for (const value of vector) most = Math.max(most, Math.abs(value))
  return Uint8Array.from(vector, (value) => (most === 0 ? 0 : Math.round((value / most) * 127) & 0xff))
}

/** The vector of such bytes, of length 1, or 0 where the text has no content words. */
export const unpackedVector = (bytes: Uint8Array): Float64Array => {
  const vector = Float64Array.from(bytes, (byte) => (byte << 24) >> 24)
  let square = 0
  for (const value of vector) square += value * value
  if (square > 0) for (let i = 0; i < DIMENSIONS; i++) vector[i]! /= Math.sqrt(square)
  return vector
}

/** ±1 for each hyperplane and dimension, from a hash: no two runs or machines differ. */
const planes = (bits: number): Int8Array =>
  Int8Array.from({ length: BANDS * bits * DIMENSIONS }, (_, i) => ((mix32(i * 2 + 1) >>> 13) & 1 ? 1 : -1))

export class NearVectors {
  readonly #least: number
  readonly #bits: number
  readonly #planes: Int8Array
  readonly #vectors: Array<Float64Array> = []
  readonly #rows: Array<number> = []
  readonly #bands: ReadonlyArray<Map<number, Array<number>>> = Array.from({ length: BANDS }, () => new Map())

  /** For pairs whose cosine is at least `least`. */
  constructor(least: number) {
    this.#least = least
    this.#bits = bitsFor(least)
    this.#planes = planes(this.#bits)
  }

  #keysOf(vector: Float64Array): Int32Array {
    const keys = new Int32Array(BANDS)
    for (let plane = 0; plane < BANDS * this.#bits; plane++) {
      let sum = 0
      const from = plane * DIMENSIONS
      for (let i = 0; i < DIMENSIONS; i++) sum += vector[i]! * this.#planes[from + i]!
      const band = Math.floor(plane / this.#bits)
      keys[band] = (keys[band]! << 1) | (sum >= 0 ? 1 : 0)
    }
    return keys
  }

  /** The row kept whose vector is nearest, of those near enough; if there is none the row is kept. */
  nearest(row: number, vector: Float64Array): { readonly row: number; readonly similarity: number } | undefined {
    const keys = this.#keysOf(vector)
    const tried = new Set<number>()
    let best: { readonly row: number; readonly similarity: number } | undefined
    for (let band = 0; band < BANDS; band++)
      for (const place of this.#bands[band]!.get(keys[band]!) ?? []) {
        if (tried.has(place)) continue
        tried.add(place)
        const similarity = cosine(vector, this.#vectors[place]!)
        if (similarity >= this.#least && (best === undefined || similarity > best.similarity))
          best = { row: this.#rows[place]!, similarity }
      }
    if (best !== undefined) return best
    const place = this.#vectors.push(vector) - 1
    this.#rows.push(row)
    for (let band = 0; band < BANDS; band++) {
      const list = this.#bands[band]!.get(keys[band]!)
      if (list === undefined) this.#bands[band]!.set(keys[band]!, [place])
      else list.push(place)
    }
    return undefined
  }
}
