// The step ledger: which rows every step saw, and what came of it, so that a loss spike leads to documents.
import type { SourceLosses } from "./source-loss.ts"

/** One step of a run: what it saw and what came of it. */
export interface LedgerEntry {
  /** Counted from 1. */
  readonly step: number
  readonly rowIds: readonly string[]
  /** Tokens that are not padding. */
  readonly tokens: number
  /** Tokens the loss is taken over. */
  readonly supervised: number
  /** Mean cross-entropy of the supervised tokens, in nats. */
  readonly loss: number
  /** Global gradient norm before clipping. */
  readonly gradNorm: number
  readonly lr: number
  /** The same by source, where rows say where they are from. */
  readonly sources?: SourceLosses
}
