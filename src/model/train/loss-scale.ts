// The factor of the loss in mixed precision: it lifts gradients into the range of f16, and follows what they do there.

/** The state of the factor between two steps. */
export interface LossScale {
  /** What the loss of the next step is multiplied by, a power of two. */
  readonly scale: number
  /** Steps since it last changed. */
  readonly steady: number
  /** Steps of the run whose gradients overflowed, and that changed no weight. */
  readonly skipped: number
}

/** At 1 the factor lifts nothing: gradients that overflow there are wrong themselves. */
const least = 1
const growthInterval = 2000

/** 2¹⁶ at first, as torch's GradScaler has it. */
export const firstLossScale: LossScale = { scale: 2 ** 16, steady: 0, skipped: 0 }

/**
 * The state after a step: half the factor when its gradients overflowed, twice after 2,000 steps in which none did, as long
 * as that is an f32 number (torch 2, GradScaler's defaults and `_amp_update_scale_`; Micikevicius et al., arXiv 1710.03740).
 * Torch has no least factor.
 */
export const nextLossScale = ({ scale, steady, skipped }: LossScale, overflowed: boolean): LossScale => {
  if (overflowed) return { scale: Math.max(least, scale / 2), steady: 0, skipped: skipped + 1 }
  if (steady + 1 < growthInterval) return { scale, steady: steady + 1, skipped }
  const grown = 2 * scale
  return { scale: Number.isFinite(Math.fround(grown)) ? grown : scale, steady: 0, skipped }
}

/** Whether a smaller factor could keep gradients from overflowing. */
export const canShrink = ({ scale }: LossScale): boolean => scale > least
