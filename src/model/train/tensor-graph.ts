// Symbolic tensors and the list of ONNX nodes that compute them; the differentiable operations live in operation.ts.
import type { Device } from "./device.ts"
import type { Precision } from "./precision.ts"
import { widened } from "./product.ts"

/** Element types used by the engine. */
export type DType = "float32" | "float64" | "float16" | "int64" | "int32" | "bool"

/** The two floating types a graph can be built in: f32 to train, f64 to check gradients. */
export type FloatType = "float32" | "float64"

/** Shapes are static, a graph is compiled once per shape; but for −1 in graphs that are only run: a size open until then. */
export type Shape = readonly number[]

/** A value of the graph; `needsGrad` says whether a gradient can flow into it. */
export interface Tensor {
  readonly name: string
  readonly shape: Shape
  readonly dtype: DType
  readonly needsGrad: boolean
}

/** An ONNX attribute; whole numbers are ints unless wrapped as `{ float }`. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number }

/** One ONNX node. */
export interface OnnxNode {
  readonly type: string
  /** ONNX Runtime's own operations are in `com.microsoft`; ONNX's have none. */
  readonly domain?: string
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** Data written into the graph file itself. */
export interface Constant {
  readonly tensor: Tensor
  readonly data: Float32Array | Float64Array | Float16Array | BigInt64Array | Uint8Array
}

/** A result of the graph: the name its reader asks for and the tensor that carries it. */
export interface GraphOutput {
  readonly name: string
  readonly tensor: Tensor
}

/** One differentiable operation as reverse mode sees it: its inputs, its output and what its rule needs to remember. */
export interface Call {
  readonly operation: string
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
  readonly saved: readonly Tensor[]
  readonly attributes: Readonly<Record<string, number | readonly number[]>>
}

/** What `emit` may set besides the output's shape. */
export interface EmitOptions {
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  readonly dtype?: DType
  readonly domain?: string
}

/** Number of elements of a shape. */
export const elementCount = (shape: Shape): number => shape.reduce((product, size) => product * size, 1)

/** Shape of an elementwise operation under NumPy broadcasting. */
export const broadcastShape = (left: Shape, right: Shape): number[] => {
  const rank = Math.max(left.length, right.length)
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(left[left.length - rank + axis] ?? 1, right[right.length - rank + axis] ?? 1)
  )
}

/** Whether two shapes are the same. */
export const sameShape = (left: Shape, right: Shape): boolean =>
  left.length === right.length && left.every((size, axis) => size === right[axis])

/** A growing graph: inputs, constants, nodes in execution order, named outputs and the calls reverse mode walks back. */
export class TensorGraph {
  readonly float: FloatType
  /** The device it is written for: some operations are expressed otherwise on another. */
  readonly device: Device
  /** In which it multiplies matrices. */
  readonly precision: Precision
  /** What tensors are as factors of products, by their names. */
  readonly factors = new Map<string, Tensor>()
  readonly inputs: Tensor[] = []
  readonly constants: Constant[] = []
  readonly nodes: OnnxNode[] = []
  readonly outputs: GraphOutput[] = []
  readonly calls: Call[] = []
  private readonly shared = new Map<string, Tensor>()
  private nextId = 0

  constructor(float: FloatType = "float32", device: Device = "cpu", precision: Precision = "f32") {
    this.float = float
    this.device = device
    this.precision = precision
  }

  private fresh(): string {
    return `t${this.nextId++}`
  }

  /** Declares a value fed on every run. */
  input(name: string, shape: Shape, dtype: DType = this.float, needsGrad = false): Tensor {
    const tensor: Tensor = { name, shape, dtype, needsGrad }
    this.inputs.push(tensor)
    return tensor
  }

  /** Writes floating-point data into the graph in the graph's own precision; data of that precision is not copied before. */
  constant(data: Float32Array | Float64Array, shape: Shape): Tensor {
    const kind = this.float === "float64" ? Float64Array : Float32Array
    return this.addConstant(data instanceof kind ? data : kind.from(data), shape, this.float)
  }

  /** Data rounded to f16. */
  halfConstant(data: Float32Array, shape: Shape): Tensor {
    return this.addConstant(new Float16Array(data), shape, "float16")
  }

  /** A constant of truth values, one byte each. */
  boolConstant(data: Uint8Array, shape: Shape): Tensor {
    return this.addConstant(data, shape, "bool")
  }

  /** A floating-point constant without axes; equal scalars share one tensor. */
  scalar(value: number): Tensor {
    const key = `f${value}`
    const known = this.shared.get(key)
    if (known !== undefined) return known
    const tensor = this.constant(Float64Array.of(value), [])
    this.shared.set(key, tensor)
    return tensor
  }

  /** A vector of int64, as ONNX wants for shapes and axes; equal vectors share one tensor. */
  integers(values: readonly number[]): Tensor {
    const key = `i${values.join(",")}`
    const known = this.shared.get(key)
    if (known !== undefined) return known
    const tensor = this.addConstant(BigInt64Array.from(values, BigInt), [values.length], "int64")
    this.shared.set(key, tensor)
    return tensor
  }

  private addConstant(data: Constant["data"], shape: Shape, dtype: DType): Tensor {
    const tensor: Tensor = { name: this.fresh(), shape, dtype, needsGrad: false }
    this.constants.push({ tensor, data })
    return tensor
  }

  /** Adds one ONNX node with one output of the given shape. */
  emit(type: string, inputs: readonly Tensor[], shape: Shape, options: EmitOptions = {}): Tensor {
    return this.emitMany(type, inputs, [shape], options)[0]!
  }

  /** Adds one ONNX node with an output per given shape. What does not give f16 itself reads what is f16 as f32. */
  emitMany(type: string, given: readonly Tensor[], shapes: readonly Shape[], options: EmitOptions = {}): Tensor[] {
    const dtype = options.dtype ?? this.float
    const readsHalf = dtype === "float16" || type === "Cast"
    const inputs = given.map((input) => (!readsHalf && input.dtype === "float16" ? widened(this, input) : input))
    const needsGrad = inputs.some((input) => input.needsGrad)
    const outputs = shapes.map((shape): Tensor => ({ name: this.fresh(), shape, dtype, needsGrad }))
    const { attributes = {}, domain } = options
    this.nodes.push({ type, inputs, outputs, attributes, ...(domain !== undefined && { domain }) })
    return outputs
  }

  /** Adds a node like `node` over other inputs. */
  repeat(node: OnnxNode, inputs: readonly Tensor[]): OnnxNode {
    const copy = { ...node, inputs, outputs: node.outputs.map((output) => ({ ...output, name: this.fresh() })) }
    this.nodes.push(copy)
    return copy
  }

  /** Notes a differentiable call, so that `backward` can find its rule; returns the call's output. */
  record(
    operation: string,
    inputs: readonly Tensor[],
    output: Tensor,
    saved: readonly Tensor[] = [],
    attributes: Call["attributes"] = {}
  ): Tensor {
    if (output.needsGrad) this.calls.push({ operation, inputs, output, saved, attributes })
    return output
  }

  /** Makes `tensor` a result of the graph under `name`; inputs pass through a copy. */
  output(tensor: Tensor, name: string): void {
    const direct = this.nodes.some((node) => node.outputs.includes(tensor))
    const produced = direct ? tensor : this.emit("Identity", [tensor], tensor.shape, { dtype: tensor.dtype })
    this.outputs.push({ name, tensor: produced })
  }
}
