// Runs a compiled graph on ONNX Runtime, and keeps double-buffered state so that a step copies no weights to JavaScript.
import { InferenceSession, Tensor as Value } from "onnxruntime-node"
import { writeOnnx } from "./onnx.ts"
import { elementCount, type GraphOutput, type Shape, type TensorGraph } from "./tensor-graph.ts"

export type { Value }

/** Values by input or output name. */
export type Values = Record<string, Value>

/** How a graph is run. */
export interface SessionOptions {
  /** Threads of the arithmetic, 2 if not given; results are bit-equal only for the same number. */
  readonly threads?: number
}

/** An f32 value over `data`, which is not copied. */
export const floatValue = (data: Float32Array, shape: Shape): Value => new Value("float32", data, shape)

/** An int64 value of the whole numbers `data` (each within 0 … 2³¹−1). */
export const integerValue = (data: ArrayLike<number>, shape: Shape): Value => {
  const wide = new BigInt64Array(data.length)
  const low = new Int32Array(wide.buffer)
  for (let index = 0; index < data.length; index++) low[2 * index] = data[index]!
  return new Value("int64", wide, shape)
}

/** A scalar f32 value. */
export const scalarValue = (value: number): Value => new Value("float32", Float32Array.of(value), [])

/**
 * Idle threads sleep instead of spinning: where another process is busy, spinning made steps up to twice as slow; on an
 * idle machine sleeping costs about a tenth (2 cores). Results are the same bytes either way.
 */
const noSpinning = { session: { intra_op: { allow_spinning: "0" } } }

/** A graph compiled once for its shapes. Dispose it when done: its memory is outside the JavaScript heap. */
export class Session {
  private readonly inner: InferenceSession
  private readonly outputs: readonly GraphOutput[]

  private constructor(inner: InferenceSession, outputs: readonly GraphOutput[]) {
    this.inner = inner
    this.outputs = outputs
  }

  /** Compiles `graph` for the CPU. */
  static async compile(graph: TensorGraph, options: SessionOptions = {}): Promise<Session> {
    const inner = await InferenceSession.create(writeOnnx(graph), {
      executionProviders: ["cpu"],
      intraOpNumThreads: options.threads ?? 2,
      interOpNumThreads: 1,
      executionMode: "sequential",
      extra: noSpinning,
      logSeverityLevel: 3
    })
    return new Session(inner, graph.outputs)
  }

  /** One run; outputs named in `into` are written there instead of into fresh memory. */
  async run(feeds: Values, into: Values = {}): Promise<Values> {
    const fetches: Record<string, Value | null> = {}
    for (const { name, tensor } of this.outputs) fetches[tensor.name] = into[name] ?? null
    const found = await this.inner.run(feeds, fetches)
    const results: Values = {}
    for (const { name, tensor } of this.outputs) results[name] = found[tensor.name] as Value
    return results
  }

  /** Frees the native session. */
  async dispose(): Promise<void> {
    await this.inner.release()
  }
}

/** Named f32 state kept in two buffers: a run reads `current` and writes `next`, then they trade places. */
export class DoubleBuffer {
  private current: Values = {}
  private next: Values = {}

  /** Adds one state tensor holding a copy of `data`, or zeros. */
  add(name: string, shape: Shape, data?: Float32Array): void {
    const size = elementCount(shape)
    this.current[name] = floatValue(data === undefined ? new Float32Array(size) : data.slice(), shape)
    this.next[name] = floatValue(new Float32Array(size), shape)
  }

  /** What the next run reads. */
  feeds(): Values {
    return this.current
  }

  /** Where the next run writes. */
  targets(): Values {
    return this.next
  }

  /** Makes what was written the current state. */
  swap(): void {
    const read = this.current
    this.current = this.next
    this.next = read
  }

  /** Current content of one tensor; a view, valid until the next run. */
  data(name: string): Float32Array {
    return this.current[name]!.data as Float32Array
  }

  /** Sets one tensor's current content to zero. */
  clear(): void {
    for (const value of Object.values(this.current)) (value.data as Float32Array).fill(0)
  }
}
