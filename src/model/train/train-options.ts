// The settings of a training run, with the defaults that apply when one is left out.
import type { PackingStrategy } from "../pack.ts"
import type { Device } from "./device.ts"
import type { Precision } from "./precision.ts"
import type { Schedule } from "./schedule.ts"

/** Settings of `trainCausal`. */
export interface TrainOptions {
  /** Passes over the sequences. */
  readonly epochs: number
  /** Ends the run early after this many steps; the schedule then ends there too. */
  readonly maxSteps?: number
  /** Packed rows per micro-batch. */
  readonly batchSize: number
  /** Micro-batches per step; 8 × 1 row and 1 × 8 rows give the same gradients up to rounding. */
  readonly accumulate: number
  /** Tokens per row. */
  readonly maxLength: number
  readonly packing: PackingStrategy
  readonly lr: number
  readonly schedule: Schedule["kind"]
  readonly warmupSteps: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** Decoupled decay of weights with two axes. */
  readonly weightDecay: number
  /** Global gradient norm above which gradients are scaled down; 0 turns clipping off. */
  readonly maxGradNorm: number
  /** Share of each target that is spread over the vocabulary, in [0, 1); the loss reported is then the smoothed one. */
  readonly labelSmoothing: number
  /** α of NEFTune's noise on the embeddings (5 to 15 in its paper); 0 turns it off. */
  readonly neftune: number
  /**
   * Whether each layer's activations are computed again for its gradients instead of being kept: the same losses up to
   * rounding, less memory where rows are long, a forward pass more.
   */
  readonly checkpointing: boolean
  /**
   * In which matrices are multiplied: "f16" rounds factors and products to 16 bits and scales the loss so that gradients fit;
   * norms, softmax, loss, sums over rows, weights, moments and the update are f32. It is for GPUs: the CPU rounds alike and
   * saves nothing.
   */
  readonly precision: Precision
  /** Seed of the order of rows, and of what is dropped out or drawn as noise. */
  readonly seed: number
  /** Threads of the arithmetic. Results are bit-equal for equal threads on one machine. */
  readonly threads: number
  /** Where the arithmetic runs. */
  readonly device: Device
}

/** transformers' defaults for AdamW and clipping; one epoch, rows of 128 tokens, best-fit packing. */
export const trainDefaults: TrainOptions = {
  epochs: 1,
  batchSize: 8,
  accumulate: 1,
  maxLength: 128,
  packing: "bfd",
  lr: 1e-3,
  schedule: "linear",
  warmupSteps: 0,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  maxGradNorm: 1,
  labelSmoothing: 0,
  neftune: 0,
  checkpointing: false,
  precision: "f32",
  seed: 0,
  threads: 2,
  device: "cpu"
}
