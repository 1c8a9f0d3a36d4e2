// Lays packed rows out as the arrays a graph is fed: ids, positions, segments, targets and their weights.
import { ModelError } from "../model-error.ts"
import type { PackedRow } from "../pack.ts"
import { floatValue, integerValue, type Values } from "./session.ts"

/** Tokens of one document or conversation; `mask` is 1 where a token is supervised. */
export interface TokenSequence {
  readonly ids: Int32Array
  readonly mask: Uint8Array
  readonly rowId: string
  /** Where the row is from; given for any, losses are told by source. */
  readonly source?: string
}

/** Throws `SLUICE_BAD_SEQUENCE` for a mask of another length than its ids, or a token outside the vocabulary. */
export const checkSequences = (sequences: readonly TokenSequence[], vocabSize: number): void => {
  for (const { ids, mask, rowId } of sequences) {
    if (mask.length !== ids.length) {
      const message = `${rowId} has ${ids.length} ids and ${mask.length} mask values.`
      throw new ModelError("SLUICE_BAD_SEQUENCE", message, { rowId })
    }
    const bad = ids.findIndex((id) => id < 0 || id >= vocabSize)
    if (bad < 0) continue
    const message = `${rowId} has token ${ids[bad]} at place ${bad}; the model's vocabulary ends at ${vocabSize - 1}.`
    throw new ModelError("SLUICE_BAD_SEQUENCE", message, { rowId })
  }
}

/** Ids before those of a text, one behind another behind the vocabulary: what an adapter's virtual tokens stand for. */
export const withVirtualIds = (ids: Int32Array, count: number, vocabSize: number): Int32Array => {
  const all = new Int32Array(count + ids.length)
  for (let index = 0; index < count; index++) all[index] = vocabSize + index
  all.set(ids, count)
  return all
}

/**
 * Sequences with an adapter's virtual tokens before each, which no loss is taken over; nor is one over the first token, as
 * without them.
 */
export const withVirtualTokens = (
  sequences: readonly TokenSequence[],
  count: number,
  vocabSize: number
): readonly TokenSequence[] => {
  if (count === 0) return sequences
  return sequences.map((sequence) => {
    const { ids, mask } = sequence
    if (ids.length === 0) return sequence
    const longer = new Uint8Array(count + mask.length)
    longer.set(mask, count)
    longer[count] = 0
    return { ...sequence, ids: withVirtualIds(ids, count, vocabSize), mask: longer }
  })
}

/** One batch on the host. Arrays are row-major [rows, length]; targets are gathered: [targets]. */
export interface Batch {
  readonly feeds: Values
  /** Supervised tokens: those the loss is taken over. */
  readonly supervised: number
  /** Tokens that are not padding. */
  readonly tokens: number
  readonly sequences: readonly number[]
  /** How many of its tokens are in the batch, by sequence. */
  readonly sequenceTokens: ReadonlyMap<number, number>
  /** Of each target place: the sequence it belongs to, −1 where the place is unused. */
  readonly targetSequence: Int32Array
}

/**
 * Sizes a batch is laid out for. `targets` is how many supervised positions it can hold; when that is all of them
 * (rows · length) targets stand at their position, otherwise they are gathered and only they pass the output layer.
 */
export interface BatchShape {
  readonly rows: number
  readonly length: number
  readonly targets: number
}

/** Whether targets stand at their position instead of being gathered. */
export const isDense = (shape: BatchShape): boolean => shape.targets === shape.rows * shape.length

/** Target places for batches with at most `most` supervised tokens: a multiple of 32, or all when most of them are used. */
export const targetPlaces = (most: number, rows: number, length: number): number => {
  const places = Math.max(32, Math.ceil(most / 32) * 32)
  return places > 0.75 * rows * length ? rows * length : places
}

/** Supervised tokens of a row: the first token of a piece has nothing before it to be predicted from. */
export const supervisedCount = (row: PackedRow, sequences: readonly TokenSequence[]): number => {
  let count = 0
  for (const { sequence, start, end } of row) {
    const { mask } = sequences[sequence]!
    for (let index = start + 1; index < end; index++) count += mask[index]!
  }
  return count
}

/**
 * Lays out up to `shape.rows` packed rows. Position ids restart with every piece and segment ids differ, so that pieces
 * do not see each other; padding is segment 0. Targets are the tokens shifted by one; unused target places have weight 0.
 */
export const layOutBatch = (
  rows: readonly PackedRow[],
  sequences: readonly TokenSequence[],
  shape: BatchShape
): Batch => {
  const size = shape.rows * shape.length
  const ids = new Int32Array(size)
  const positions = new Int32Array(size)
  const segments = new Int32Array(size)
  const sources = new Int32Array(shape.targets)
  const targets = new Int32Array(shape.targets)
  const weights = new Float32Array(shape.targets)
  const targetSequence = new Int32Array(shape.targets).fill(-1)
  const sequenceTokens = new Map<number, number>()
  const dense = isDense(shape)
  let supervised = 0
  let tokens = 0
  rows.forEach((row, place) => {
    let offset = place * shape.length
    row.forEach((piece, segment) => {
      const { ids: from, mask } = sequences[piece.sequence]!
      for (let index = piece.start; index < piece.end; index++, offset++) {
        ids[offset] = from[index]!
        positions[offset] = index - piece.start
        segments[offset] = segment + 1
        if (index === piece.start || mask[index] === 0) continue
        const target = dense ? offset - 1 : supervised
        sources[target] = offset - 1
        targets[target] = from[index]!
        weights[target] = 1
        targetSequence[target] = piece.sequence
        supervised++
      }
      const length = piece.end - piece.start
      sequenceTokens.set(piece.sequence, (sequenceTokens.get(piece.sequence) ?? 0) + length)
      tokens += length
    })
  })
  return {
    feeds: {
      ids: integerValue(ids, [size]),
      positions: integerValue(positions, [size]),
      segments: integerValue(segments, [shape.rows, shape.length]),
      ...(!dense && { sources: integerValue(sources, [shape.targets]) }),
      targets: integerValue(targets, [shape.targets]),
      weights: floatValue(weights, [shape.targets])
    },
    supervised,
    tokens,
    sequences: [...sequenceTokens.keys()],
    sequenceTokens,
    targetSequence
  }
}
