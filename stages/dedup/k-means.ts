// Spherical k-means: centres of directions, found on a sample of rows, and the centres nearest to each row.
import { dice } from "#sluice/text"
import type { Vectors } from "./vectors.ts"

export interface Clustering {
  /** Of the rows these are clustered, from the first. */
  readonly rows: number
  readonly clusters: number
  /** Rounds over the sample. */
  readonly iterations: number
  readonly seed: number
}

/** Rows of the sample for each centre. */
const SAMPLED = 32
/** A round that makes rows nearer to their centres by a smaller share is the last. */
const TOLERANCE = 1e-4

/** Directions of length 1: centre `c` is `values[c · dimensions .. (c + 1) · dimensions]`. */
export interface Centres {
  readonly count: number
  readonly values: Float32Array
}

const nearness = (
  { dimensions, values, scale }: Vectors,
  row: number,
  centres: Float32Array,
  centre: number
): number => {
  const from = row * dimensions
  const at = centre * dimensions
  let sum = 0
  for (let i = 0; i < dimensions; i++) sum += values[from + i]! * centres[at + i]!
  return sum * scale[row]!
}

const placeCentre = ({ dimensions, values, scale }: Vectors, row: number, centres: Float32Array, centre: number) => {
  for (let i = 0; i < dimensions; i++) centres[centre * dimensions + i] = values[row * dimensions + i]! * scale[row]!
}

/** First centres: rows drawn with a probability that grows with their distance from those before (Arthur and Vassilvitskii 2007). */
const firstCentres = (vectors: Vectors, sample: Int32Array, count: number, random: () => number): Float32Array => {
  const centres = new Float32Array(count * vectors.dimensions)
  const distance = new Float64Array(sample.length).fill(1)
  let total = sample.length
  for (let centre = 0; centre < count; centre++) {
    let left = random() * total
    let chosen = sample.length - 1
    for (let i = 0; i < sample.length; i++) {
      left -= distance[i]!
      if (left < 0) {
        chosen = i
        break
      }
    }
    placeCentre(vectors, sample[chosen]!, centres, centre)
    total = 0
    for (let i = 0; i < sample.length; i++) {
      distance[i] = Math.min(distance[i]!, Math.max(0, 1 - nearness(vectors, sample[i]!, centres, centre)))
      total += distance[i]!
    }
  }
  return centres
}

/** Centres of the rows that have vectors. The same vectors in the same order give the same centres. */
export const kMeans = (vectors: Vectors, { rows, clusters, iterations, seed }: Clustering): Centres => {
  const there = Int32Array.from({ length: rows }, (_, row) => row).filter((row) => vectors.scale[row]! > 0)
  const count = Math.max(1, Math.min(clusters, there.length))
  const size = Math.min(there.length, count * SAMPLED)
  const sample = Int32Array.from({ length: size }, (_, i) => there[Math.floor((i * there.length) / size)]!)
  const { dimensions } = vectors
  if (count === 1) return { count, values: new Float32Array(dimensions) }
  const centres = firstCentres(vectors, sample, count, dice(seed))
  const nearest = new Int32Array(size)
  let before = 0
  for (let round = 0; round < iterations; round++) {
    let near = 0
    for (let i = 0; i < size; i++) {
      let best = Number.NEGATIVE_INFINITY
      for (let centre = 0; centre < count; centre++) {
        const found = nearness(vectors, sample[i]!, centres, centre)
        if (found <= best) continue
        best = found
        nearest[i] = centre
      }
      near += best
    }
    if (round > 0 && near - before <= TOLERANCE * Math.abs(before)) break
    before = near
    move(vectors, sample, nearest, centres, count)
  }
  return { count, values: centres }
}

/** Moves each centre to the mean direction of its rows; one without rows stays. */
const move = (vectors: Vectors, sample: Int32Array, nearest: Int32Array, centres: Float32Array, count: number) => {
  const { dimensions, values, scale } = vectors
  const sums = new Float64Array(count * dimensions)
  for (let i = 0; i < sample.length; i++) {
    const from = sample[i]! * dimensions
    const at = nearest[i]! * dimensions
    const factor = scale[sample[i]!]!
    for (let d = 0; d < dimensions; d++) sums[at + d]! += values[from + d]! * factor
  }
  for (let centre = 0; centre < count; centre++) {
    const at = centre * dimensions
    let square = 0
    for (let d = 0; d < dimensions; d++) square += sums[at + d]! ** 2
    if (square === 0) continue
    const factor = 1 / Math.sqrt(square)
    for (let d = 0; d < dimensions; d++) centres[at + d] = sums[at + d]! * factor
  }
}

/** The `most` nearest centres of each row, nearest first, [rows, most]; fewer where there are fewer. */
export const nearestCentres = (vectors: Vectors, { count, values }: Centres, most: number): Int32Array => {
  const width = Math.min(most, count)
  const found = new Int32Array(vectors.rows * width)
  if (count === 1) return found
  const best = new Float64Array(width)
  for (let row = 0; row < vectors.rows; row++) {
    if (vectors.scale[row] === 0) continue
    best.fill(Number.NEGATIVE_INFINITY)
    const at = row * width
    for (let centre = 0; centre < count; centre++) {
      const near = nearness(vectors, row, values, centre)
      if (near <= best[width - 1]!) continue
      let place = width - 1
      for (; place > 0 && near > best[place - 1]!; place--) {
        best[place] = best[place - 1]!
        found[at + place] = found[at + place - 1]!
      }
      best[place] = near
      found[at + place] = centre
    }
  }
  return found
}
