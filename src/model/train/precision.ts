// In which precision a graph multiplies matrices: f32, or f16 with everything else in f32 (mixed precision).
import type { Device } from "./device.ts"
import type { Shape } from "./tensor-graph.ts"

/** The precisions that training can multiply in. */
export const precisions = ["f32", "f16"] as const

export type Precision = (typeof precisions)[number]

/**
 * Whether a weight that does not change is held in 16 bits: matrices and tables where the device multiplies such. The CPU
 * multiplies f32, so that a weight of 16 bits would have to be widened at each use (decision 023).
 */
export const isHeldInHalf = (precision: Precision, device: Device, shape: Shape): boolean =>
  precision === "f16" && device !== "cpu" && shape.length > 1
