// Epochs: the engine's own part in a key. A number is raised when the code behind it may give other content.

export const epochs = {
  /** Listing, framing and decoding of input files. */
  ingest: 3,
  /** Row ids of every kind. */
  rowId: 1,
  /** Column layouts, their digests and the content digest. */
  columns: 1,
  /** Calling row functions, and the meaning of their results. */
  rows: 3,
  /** split, sample, without, union, and how verdicts are applied. */
  select: 1,
  /** Grouping and bucketing. */
  gather: 2,
  /** What models compute for row functions: tokens, vectors, scores. */
  model: 2,
  /** How programs get their inputs and give their files. */
  program: 2
} as const

export type Epoch = keyof typeof epochs

/** The epochs a key takes, as data. */
export const epochsOf = (...names: ReadonlyArray<Epoch>): ReadonlyArray<readonly [string, number]> =>
  names.map((name) => [name, epochs[name]])
