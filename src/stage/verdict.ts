// Verdicts: what a stage decides about a row. A drop always has a reason from the stage's closed list.

declare const keepBrand: unique symbol
export type Keep = "" & { readonly [keepBrand]: true }

/** The verdict that lets a row pass. */
export const keep: Keep = "" as Keep

/**
 * The verdicts of a select over all rows, in dataset order. A row not mentioned is kept; where the select divides its
 * rows into parts, each row must be assigned one.
 */
export interface Verdicts<Reason extends string, Part extends string> {
  readonly drop: (row: number, reason: Reason) => void
  /** Drops a row as a duplicate of `into`, a row that is kept; `similarity` is in [0, 1]. */
  readonly merge: (row: number, into: number, similarity: number, reason: Reason) => void
  readonly assign: (row: number, part: Part) => void
  /** Has the run warn of what the verdicts as a whole look like; it changes none. */
  readonly warn: (text: string) => void
}
