// Runs a compiled graph on ONNX Runtime, on the device it was written for; a step copies no weights to JavaScript.
import { InferenceSession, Tensor as Value } from "onnxruntime-node"
import { type Device, keepsValues } from "./device.ts"
import { deviceError } from "./device-error.ts"
import type { Frozen } from "./frozen.ts"
import { type ConstantInputs, emptySequence, writeOnnx } from "./onnx.ts"
import { elementCount, type GraphOutput, type Shape, type TensorGraph } from "./tensor-graph.ts"

export type { Value }

/** Values by input or output name. */
export type Values = Record<string, Value>

/** How a graph is run. */
export interface SessionOptions {
  /** Threads of the arithmetic, 2 if not given; results are bit-equal only for the same number. */
  readonly threads?: number
  /** The device the graph was written for, unless a test wants its form for one on another. */
  readonly device?: Device
  /** Inputs that are the same in every run. */
  readonly frozen?: Frozen
  /**
   * Frozen inputs that the CPU lays out once in the order in which it multiplies, instead of at every run: as much memory
   * again, for steps that take a third less time with one row, a seventh less with 16 (SmolLM2, 2 cores). In place of
   * `frozen`; the data must not change while the session lives.
   */
  readonly packed?: ConstantInputs
  /**
   * Outputs that stay on the device, to be fed to the next run there; where none can, they are plain values, and every run
   * is told where to write them.
   */
  readonly resident?: ReadonlySet<string>
}

/** An f32 value over `data`, which is not copied. */
export const floatValue = (data: Float32Array, shape: Shape): Value => new Value("float32", data, shape)

/** An f16 value over `data`, which is not copied. The runtime's binding reads it as whole numbers: it knows no Float16Array. */
export const halfValue = (data: Float16Array, shape: Shape): Value => {
  const bits = new Uint16Array(data.buffer, data.byteOffset, data.length)
  return Object.defineProperty(new Value("float16", bits, shape), "data", { value: bits })
}

/** An int64 value of the whole numbers `data` (each within 0 … 2³¹−1). */
export const integerValue = (data: ArrayLike<number>, shape: Shape): Value => {
  const wide = new BigInt64Array(data.length)
  const low = new Int32Array(wide.buffer)
  for (let index = 0; index < data.length; index++) low[2 * index] = data[index]!
  return new Value("int64", wide, shape)
}

/** An int32 value. */
export const smallIntegerValue = (data: Int32Array, shape: Shape): Value => new Value("int32", data, shape)

/** A scalar f32 value. */
export const scalarValue = (value: number): Value => new Value("float32", Float32Array.of(value), [])

/**
 * Idle threads sleep instead of spinning: where another process is busy, spinning made steps up to twice as slow; on an
 * idle machine sleeping costs about a tenth (2 cores). Results are the same bytes either way.
 */
const noSpinning = { session: { intra_op: { allow_spinning: "0" } } }

/**
 * What the binding says of an output that is no tensor, after the run. It copies every output into fresh memory, also those
 * that were written where the caller wanted them, in their order: an empty sequence in front ends that before it begins.
 * Of a full step of SmolLM2's geometry that is 1.6 GB, and more time than its arithmetic.
 */
const notCopied = "Non tensor type is temporarily not supported."

/** Whether all that a run gives can be written to memory that is there before. */
const isSized = (graph: TensorGraph, resident: ReadonlySet<string>): boolean =>
  graph.outputs.every(
    ({ name, tensor }) => resident.has(name) || (tensor.dtype === "float32" && tensor.shape.every((size) => size >= 0))
  )

/** A graph compiled once for its shapes. Dispose it when done: its memory is outside the JavaScript heap. */
export class Session {
  private readonly inner: InferenceSession
  private readonly outputs: readonly GraphOutput[]
  private readonly frozen: Values
  private readonly copies: boolean
  /** Held, for the native session reads it where it lies. */
  readonly packed: ConstantInputs | undefined

  private constructor(
    inner: InferenceSession,
    outputs: readonly GraphOutput[],
    frozen: Values,
    packed: ConstantInputs | undefined,
    copies: boolean
  ) {
    this.copies = copies
    this.packed = packed
    this.inner = inner
    this.outputs = outputs
    this.frozen = frozen
  }

  /** Compiles `graph` for its device. Throws `SLUICE_NO_DEVICE` where that is not there. */
  static async compile(graph: TensorGraph, options: SessionOptions = {}): Promise<Session> {
    const { device = graph.device, frozen, resident, packed } = options
    const kept = keepsValues(device) ? graph.outputs.filter(({ name }) => resident?.has(name)) : []
    const settings: InferenceSession.SessionOptions = {
      executionProviders: [device],
      intraOpNumThreads: options.threads ?? 2,
      interOpNumThreads: 1,
      executionMode: "sequential",
      // A block for all that a run needs, beside the memory of the first run, which made it known: no faster, more memory.
      ...(device === "cpu" && { enableMemPattern: false }),
      extra: noSpinning,
      logSeverityLevel: 3,
      // Further fusions of ONNX Runtime have no f64 form; f64 is for checks alone.
      ...(graph.float === "float64" && { graphOptimizationLevel: "basic" }),
      ...(packed && {
        externalData: Array.from(packed, ([path, data]) => ({
          path,
          data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        }))
      }),
      ...(kept.length > 0 && {
        preferredOutputLocation: Object.fromEntries(kept.map(({ tensor }) => [tensor.name, "gpu-buffer" as const]))
      })
    }
    // f32 means f32: cuBLAS would otherwise round factors to 10 bits of fraction.
    if (device === "cuda") process.env["NVIDIA_TF32_OVERRIDE"] = "0"
    const copies = device !== "cpu" || resident === undefined || !isSized(graph, resident)
    const bytes = writeOnnx(graph, frozen?.constants, packed, !copies)
    try {
      const inner = await InferenceSession.create(bytes, settings)
      return new Session(inner, graph.outputs, frozen?.feeds ?? {}, packed, copies)
    } catch (cause) {
      throw device === "cpu" ? cause : deviceError(device, cause)
    }
  }

  /** One run; outputs named in `into` are written there instead of into fresh memory. */
  async run(feeds: Values, into: Values = {}): Promise<Values> {
    const inputs = { ...this.frozen, ...feeds }
    if (!this.copies) return this.write(inputs, into)
    const fetches: Record<string, Value | null> = {}
    for (const { name, tensor } of this.outputs) fetches[tensor.name] = into[name] ?? null
    const found = await this.inner.run(inputs, fetches)
    const results: Values = {}
    for (const { name, tensor } of this.outputs) results[name] = found[tensor.name] as Value
    return results
  }

  private async write(inputs: Values, into: Values): Promise<Values> {
    const results: Values = {}
    const fetches: Record<string, Value | null> = { [emptySequence]: null }
    for (const { name, tensor } of this.outputs) {
      const value = into[name] ?? floatValue(new Float32Array(elementCount(tensor.shape)), tensor.shape)
      results[name] = fetches[tensor.name] = value
    }
    try {
      await this.inner.run(inputs, fetches)
    } catch (cause) {
      if ((cause as Error).message !== notCopied) throw cause
    }
    return results
  }

  /** Frees the native session. */
  async dispose(): Promise<void> {
    await this.inner.release()
  }
}
