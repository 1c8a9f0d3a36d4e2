// Learning-rate schedules with warm-up, as transformers defines them.

/** How the learning rate moves over a run of `totalSteps`. */
export interface Schedule {
  readonly kind: "constant" | "linear" | "cosine"
  readonly warmupSteps: number
  readonly totalSteps: number
}

/**
 * Factor of the learning rate at step `step`, counted from 0 (transformers `get_linear_schedule_with_warmup` and
 * `get_cosine_schedule_with_warmup`): t/w while warming up, then 1, max(0, (T−t)/(T−w)) or ½(1 + cos πp).
 */
export const scheduleFactor = (schedule: Schedule, step: number): number => {
  const { kind, warmupSteps, totalSteps } = schedule
  if (step < warmupSteps) return step / Math.max(1, warmupSteps)
  if (kind === "constant") return 1
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps)
  if (kind === "linear") return Math.max(0, 1 - progress)
  return progress >= 1 ? 0 : 0.5 * (1 + Math.cos(Math.PI * progress))
}
