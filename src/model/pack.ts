// Packs token sequences into rows of a fixed length, so that little of a batch is padding.

/** A part of a sequence placed in a row: tokens `start` … `end`−1 of sequence `sequence`. */
export interface Piece {
  readonly sequence: number
  readonly start: number
  readonly end: number
}

/** Pieces of one row in their order; each becomes a segment that attends to itself only. */
export type PackedRow = readonly Piece[]

/**
 * `bfd` cuts off what exceeds the length, `bfd_split` makes further pieces of it, `wrapped` fills rows in order and cuts where
 * one is full, `none` cuts off and does not pack.
 */
export type PackingStrategy = "bfd" | "bfd_split" | "wrapped" | "none"

/** Rows by free space, smallest sufficient first, oldest first among equals: a segment tree over free-space values. */
class FreeSpace {
  private readonly queues: number[][]
  private readonly heads: Int32Array
  private readonly tree: Uint8Array
  private readonly leaves: number

  constructor(length: number) {
    let leaves = 1
    while (leaves < length + 1) leaves *= 2
    this.leaves = leaves
    this.tree = new Uint8Array(2 * leaves)
    this.queues = Array.from({ length: length + 1 }, () => [])
    this.heads = new Int32Array(length + 1)
  }

  private mark(space: number): void {
    let node = this.leaves + space
    this.tree[node] = this.heads[space]! < this.queues[space]!.length ? 1 : 0
    for (node >>= 1; node >= 1; node >>= 1) this.tree[node] = this.tree[2 * node]! | this.tree[2 * node + 1]!
  }

  put(space: number, row: number): void {
    this.queues[space]!.push(row)
    this.mark(space)
  }

  /** Takes the row with the smallest free space ≥ `need`, or gives undefined. */
  take(need: number): { readonly row: number; readonly space: number } | undefined {
    let node = this.leaves + need
    while (this.tree[node] === 0) {
      while (node > 1 && node % 2 === 1) node >>= 1
      if (node <= 1) return undefined
      node++
    }
    while (node < this.leaves) node = this.tree[2 * node] === 1 ? 2 * node : 2 * node + 1
    const space = node - this.leaves
    const row = this.queues[space]![this.heads[space]!++]!
    this.mark(space)
    return { row, space }
  }
}

const cutPieces = (lengths: ArrayLike<number>, rowLength: number, split: boolean): Piece[] => {
  const pieces: Piece[] = []
  for (let sequence = 0; sequence < lengths.length; sequence++) {
    const length = lengths[sequence]!
    const limit = split ? length : Math.min(length, rowLength)
    for (let start = 0; start < limit; start += rowLength) {
      pieces.push({ sequence, start, end: Math.min(start + rowLength, limit) })
    }
  }
  return pieces
}

/** One sequence after the other; a row ends where it is full. */
const wrap = (lengths: ArrayLike<number>, rowLength: number): PackedRow[] => {
  const rows: Piece[][] = []
  let free = 0
  for (let sequence = 0; sequence < lengths.length; sequence++) {
    const length = lengths[sequence]!
    for (let start = 0; start < length; ) {
      if (free === 0) {
        rows.push([])
        free = rowLength
      }
      const end = Math.min(length, start + free)
      rows.at(-1)!.push({ sequence, start, end })
      free -= end - start
      start = end
    }
  }
  return rows
}

/** Share of the positions of packed rows that hold a token, in [0, 1]; 1 where there are no rows. */
export const packingEfficiency = (rows: readonly PackedRow[], rowLength: number): number => {
  let used = 0
  for (const row of rows) for (const { start, end } of row) used += end - start
  return rows.length === 0 ? 1 : used / (rows.length * rowLength)
}

/**
 * Packs sequences of the given lengths into rows of at most `rowLength` tokens; empty sequences are left out.
 * Best-fit decreasing (Ding et al., arXiv 2404.10830): longest first, each into the fullest row that still has room.
 *
 * @example
 * import { packSequences } from "#sluice/model"
 * packSequences([5, 3, 2], 7)
 * // → [
 * //   [{ sequence: 0, start: 0, end: 5 }, { sequence: 2, start: 0, end: 2 }],
 * //   [{ sequence: 1, start: 0, end: 3 }]
 * // ]
 */
export const packSequences = (
  lengths: ArrayLike<number>,
  rowLength: number,
  strategy: PackingStrategy = "bfd"
): PackedRow[] => {
  if (strategy === "wrapped") return wrap(lengths, rowLength)
  const pieces = cutPieces(lengths, rowLength, strategy === "bfd_split")
  if (strategy === "none") return pieces.map((piece) => [piece])
  pieces.sort((left, right) => right.end - right.start - (left.end - left.start))
  const rows: Piece[][] = []
  const free = new FreeSpace(rowLength)
  for (const piece of pieces) {
    const size = piece.end - piece.start
    const found = free.take(size)
    if (found === undefined) {
      rows.push([piece])
      free.put(rowLength - size, rows.length - 1)
    } else {
      rows[found.row]!.push(piece)
      free.put(found.space - size, found.row)
    }
  }
  return rows
}
