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
  /** Global gradient norm before clipping; 0 of a step that was skipped. */
  readonly gradNorm: number
  readonly lr: number
  /** In mixed precision: what the loss was multiplied by for its gradients. */
  readonly lossScale?: number
  /** Set where gradients overflowed for that factor, so that the step changed nothing. */
  readonly skipped?: true
  /** The same by source, where rows say where they are from. */
  readonly sources?: SourceLosses
}
