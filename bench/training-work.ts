// The work that the training bench measures: models by their geometry, and what is done with them.

/** A model's sizes; `parameters` is what they come to, in millions. */
export interface Geometry {
  readonly name: string
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly tieEmbeddings: boolean
}

const small: Geometry = {
  name: "1.8 M parameters",
  vocabSize: 4096,
  hiddenSize: 128,
  intermediateSize: 352,
  layers: 4,
  heads: 4,
  kvHeads: 2,
  tieEmbeddings: false
}
const middle: Geometry = {
  name: "12.7 M parameters",
  vocabSize: 4096,
  hiddenSize: 384,
  intermediateSize: 1040,
  layers: 6,
  heads: 6,
  kvHeads: 2,
  tieEmbeddings: false
}
const smolLm2: Geometry = {
  name: "SmolLM2-135M's geometry",
  vocabSize: 49152,
  hiddenSize: 576,
  intermediateSize: 1536,
  layers: 30,
  heads: 9,
  kvHeads: 3,
  tieEmbeddings: true
}

/** What the figures of the CPU are to reach, as multiples of torch's. */
interface Reach {
  /** Tokens a second, at least. */
  readonly speed?: number
  /** Peak memory of the process, at most. */
  readonly memory?: number
}

export interface Work {
  readonly what: string
  readonly kind: "full" | "lora" | "generate" | "draw"
  readonly geometry: Geometry
  /** Rows of a batch, or sequences generated at a time. */
  readonly rows: number
  /** Tokens of a row, or of a prompt. */
  readonly length: number
  /** Whether activations are computed again for their gradients. */
  readonly checkpointing: boolean
  /** In which matrices are multiplied; f16 is measured where a GPU has it. */
  readonly precision: "f32" | "f16"
  readonly reach: Reach
}

const work = (
  kind: Work["kind"],
  geometry: Geometry,
  rows: number,
  length: number,
  {
    checkpointing = false,
    precision = "f32",
    ...reach
  }: Reach & Partial<Pick<Work, "checkpointing" | "precision">> = {}
): Work => {
  const done = { full: "full step", lora: "LoRA r 8 step", generate: "generation", draw: "generation, drawn" }[kind]
  const writes = kind === "generate" || kind === "draw"
  const size = writes ? `${rows} sequence${rows === 1 ? "" : "s"}` : `${rows} × ${length} tokens`
  const how = `${checkpointing ? ", checkpointed" : ""}${precision === "f16" ? ", f16" : ""}`
  const what = `${done}, ${geometry.name}, ${size}${how}`
  return { what, kind, geometry, rows, length, checkpointing, precision, reach }
}

const f16 = { precision: "f16" } as const

export const works: ReadonlyArray<Work> = [
  work("full", small, 8, 128, { speed: 1 }),
  work("full", small, 8, 128, f16),
  work("lora", small, 8, 128, { speed: 1.2 }),
  work("full", middle, 8, 256, { speed: 1 }),
  work("full", middle, 8, 256, f16),
  work("lora", smolLm2, 1, 128, { speed: 1.2, memory: 1 }),
  work("lora", smolLm2, 1, 128, f16),
  work("full", smolLm2, 1, 128, { speed: 1 }),
  work("full", smolLm2, 1, 128, f16),
  work("lora", smolLm2, 1, 1024),
  work("lora", smolLm2, 1, 1024, { checkpointing: true }),
  work("lora", smolLm2, 1, 1024, { checkpointing: true, ...f16 }),
  work("generate", smolLm2, 16, 32, { speed: 1.5 }),
  work("draw", smolLm2, 16, 32),
  work("generate", smolLm2, 1, 32)
]

/** Seconds of steps that are measured, after the first two. */
export const measuredSeconds = 4

/** Positions of the models. */
export const positions = 1024

/** What one process measured. */
export interface Measured {
  /** Tokens of a step by the median time of one, or of 32 generated at each sequence by their time. */
  readonly tokensPerSecond: number
  /** Seconds from the start of compiling to the end of the first step. */
  readonly firstSeconds: number
  readonly peakMiB: number
  /** Of the GPU's own memory, all that is in use on it; 0 where nothing tells. */
  readonly gpuMiB: number
  /** Losses of the steps; none where text is generated. */
  readonly losses: ReadonlyArray<number>
  /** Digest of the trained weights. */
  readonly weights: string
}
