// Keeps rows one after another and finds, for each other row, the kept row that is nearest, within the clusters it lies in.
import { cosineOf, type Vectors } from "./vectors.ts"

export interface NearOptions {
  /** [rows, width]: the clusters in which a row is looked for, first its own. */
  readonly centres: Int32Array
  /** The higher is kept before the lower; of equals the first. */
  readonly ranks: Float64Array
  /** Rows of an earlier corpus, which stand first and are all kept. */
  readonly before: number
  /** The least cosine. */
  readonly threshold: number
}

export interface Near {
  /** For each row that goes the kept row that it goes into, one of the earlier corpus where any is near; −1 for those kept. */
  readonly into: Int32Array
  readonly similarity: Float64Array
}

/**
 * Goes through the rows by rank. A row is kept unless a kept one is at least `threshold` near; so that none goes into one that it
 * is not near itself, however many others lie between. Each is compared with the kept rows of its clusters alone.
 */
export const nearKept = (vectors: Vectors, { centres, ranks, before, threshold }: NearOptions): Near => {
  const { rows, scale } = vectors
  const width = rows === 0 ? 1 : centres.length / rows
  const into = new Int32Array(rows).fill(-1)
  const similarity = new Float64Array(rows)
  const head = new Int32Array(centres.reduce((most, centre) => Math.max(most, centre), 0) + 1).fill(-1)
  const tail = head.slice()
  const next = new Int32Array(rows).fill(-1)
  const keep = (row: number) => {
    const cluster = centres[row * width]!
    if (head[cluster] === -1) head[cluster] = row
    else next[tail[cluster]!] = row
    tail[cluster] = row
  }
  for (let row = 0; row < before; row++) if (scale[row]! > 0) keep(row)
  const order = Int32Array.from({ length: rows - before }, (_, i) => before + i).filter((row) => scale[row]! > 0)
  order.sort((a, b) => ranks[b]! - ranks[a]! || a - b)
  for (const row of order) {
    let best = -1
    let most = threshold
    for (let probe = 0; probe < width; probe++)
      for (let other = head[centres[row * width + probe]!]!; other !== -1; other = next[other]!) {
        // What an earlier corpus has goes, however near another of the rows is.
        if (best >= 0 && best < before && other >= before) break
        const near = cosineOf(vectors, row, other)
        const first = other < before && best >= before
        if (first ? near < threshold : best === -1 ? near < most : near <= most) continue
        best = other
        most = near
      }
    if (best === -1) keep(row)
    else {
      into[row] = best
      similarity[row] = most
    }
  }
  return { into, similarity }
}
