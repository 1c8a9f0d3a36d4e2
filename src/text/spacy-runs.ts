// Remembers how runs of characters are cut into tokens, by their bytes, since most runs of a text occur in others too.

/** Bytes, code points and kind of each token of a run, one after another. */
export type Cut = ReadonlyArray<number>

const MOST_RUNS = 1 << 16
const MOST_BYTES = 1 << 20
const MOST_NUMBERS = 1 << 19

/** Runs and their cuts, in about 4 MB; when one part is full, all are forgotten. */
export interface Runs {
  count: number
  bytesUsed: number
  numbersUsed: number
  /** Open addressing by hash: the number of a run plus one. */
  readonly slots: Int32Array
  readonly hash: Int32Array
  /** Where the bytes and the cut of each run start; those of the next run start where they end. */
  readonly bytesFrom: Int32Array
  readonly cutFrom: Int32Array
  readonly bytes: Uint8Array
  readonly numbers: Int32Array
}

export const makeRuns = (): Runs => ({
  count: 0,
  bytesUsed: 0,
  numbersUsed: 0,
  slots: new Int32Array(2 * MOST_RUNS),
  hash: new Int32Array(MOST_RUNS),
  bytesFrom: new Int32Array(MOST_RUNS + 1),
  cutFrom: new Int32Array(MOST_RUNS + 1),
  bytes: new Uint8Array(MOST_BYTES),
  numbers: new Int32Array(MOST_NUMBERS)
})

/** The number of the run `bytes[from .. to]`, whose hash is `hash`; -1 where it is not known. */
export const findRun = (runs: Runs, bytes: Uint8Array, from: number, to: number, hash: number): number => {
  const { slots } = runs
  for (let slot = slotOf(hash); slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) {
    const run = slots[slot]! - 1
    if (runs.hash[run] !== hash || runs.bytesFrom[run + 1]! - runs.bytesFrom[run]! !== to - from) continue
    let same = true
    for (let k = from, kept = runs.bytesFrom[run]!; same && k < to; k++, kept++) same = runs.bytes[kept] === bytes[k]
    if (same) return run
  }
  return -1
}

/** Remembers a run that is not known yet, if it is not too large, and returns its number; else -1. */
export const keepRun = (runs: Runs, bytes: Uint8Array, from: number, to: number, hash: number, cut: Cut): number => {
  const size = to - from
  if (size > MOST_BYTES >> 4 || cut.length > MOST_NUMBERS >> 4) return -1
  if (runs.count === MOST_RUNS || runs.bytesUsed + size > MOST_BYTES || runs.numbersUsed + cut.length > MOST_NUMBERS) {
    runs.slots.fill(0)
    runs.count = 0
    runs.bytesUsed = 0
    runs.numbersUsed = 0
  }
  const run = runs.count++
  let slot = slotOf(hash)
  while (runs.slots[slot] !== 0) slot = (slot + 1) & (runs.slots.length - 1)
  runs.slots[slot] = run + 1
  runs.hash[run] = hash
  for (let k = from; k < to; k++) runs.bytes[runs.bytesUsed++] = bytes[k]!
  for (let i = 0; i < cut.length; i++) runs.numbers[runs.numbersUsed++] = cut[i]!
  runs.bytesFrom[run + 1] = runs.bytesUsed
  runs.cutFrom[run + 1] = runs.numbersUsed
  return run
}

const slotOf = (hash: number): number => {
  const mixed = Math.imul(hash, 0x9e3779b1)
  return (mixed ^ (mixed >>> 15)) & (2 * MOST_RUNS - 1)
}
