// The differentiable operations, one function each; every operation has its rule in vjp.ts under the same name.
import { product, widened } from "./product.ts"
import { broadcastShape, elementCount, type Shape, type Tensor, type TensorGraph } from "./tensor-graph.ts"

const elementwise = (graph: TensorGraph, type: string, operation: string, left: Tensor, right: Tensor): Tensor => {
  const output = graph.emit(type, [left, right], broadcastShape(left.shape, right.shape))
  return graph.record(operation, [left, right], output)
}

/** left + right, with broadcasting. */
export const add = (graph: TensorGraph, left: Tensor, right: Tensor): Tensor =>
  elementwise(graph, "Add", "add", left, right)

/** left − right, with broadcasting. */
export const subtract = (graph: TensorGraph, left: Tensor, right: Tensor): Tensor =>
  elementwise(graph, "Sub", "subtract", left, right)

/** left · right elementwise, with broadcasting. */
export const multiply = (graph: TensorGraph, left: Tensor, right: Tensor): Tensor =>
  elementwise(graph, "Mul", "multiply", left, right)

/** left / right elementwise, with broadcasting. */
export const divide = (graph: TensorGraph, left: Tensor, right: Tensor): Tensor =>
  elementwise(graph, "Div", "divide", left, right)

const unary = (graph: TensorGraph, type: string, operation: string, input: Tensor): Tensor => {
  const output = graph.emit(type, [input], input.shape)
  return graph.record(operation, [input], output, [output])
}

/** −x. */
export const negate = (graph: TensorGraph, input: Tensor): Tensor => unary(graph, "Neg", "negate", input)

/** eˣ. */
export const exponential = (graph: TensorGraph, input: Tensor): Tensor => unary(graph, "Exp", "exponential", input)

/** Natural logarithm. */
export const logarithm = (graph: TensorGraph, input: Tensor): Tensor => unary(graph, "Log", "logarithm", input)

/** Square root. */
export const squareRoot = (graph: TensorGraph, input: Tensor): Tensor => unary(graph, "Sqrt", "squareRoot", input)

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = (graph: TensorGraph, input: Tensor): Tensor => unary(graph, "Sigmoid", "sigmoid", input)

/** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ). */
export const hyperbolicTangent = (graph: TensorGraph, input: Tensor): Tensor =>
  unary(graph, "Tanh", "hyperbolicTangent", input)

/** max(0, x); its slope at 0 is 0. */
export const rectify = (graph: TensorGraph, input: Tensor): Tensor => unary(graph, "Relu", "rectify", input)

/** The same value, through which no gradient flows. */
export const detach = (input: Tensor): Tensor => ({ ...input, needsGrad: false })

/** Repeated along axes of size 1 until it has `shape`. */
export const expand = (graph: TensorGraph, input: Tensor, shape: Shape): Tensor =>
  graph.record("expand", [input], graph.emit("Expand", [input, graph.integers(shape)], shape))

/** One after the other along `axis`; the other axes must be equal. */
export const concatenate = (graph: TensorGraph, left: Tensor, right: Tensor, axis: number): Tensor => {
  const shape = left.shape.map((size, place) => (place === axis ? size + right.shape[axis]! : size))
  const output = graph.emit("Concat", [left, right], shape, { attributes: { axis } })
  return graph.record("concatenate", [left, right], output, [], { axis })
}

/** The same elements in another shape. */
export const reshape = (graph: TensorGraph, input: Tensor, shape: Shape): Tensor =>
  graph.record("reshape", [input], graph.emit("Reshape", [input, graph.integers(shape)], shape, { dtype: input.dtype }))

/** Axes reordered: output axis i is input axis `order[i]`. */
export const transpose = (graph: TensorGraph, input: Tensor, order: readonly number[]): Tensor => {
  const shape = order.map((axis) => input.shape[axis]!)
  const output = graph.emit("Transpose", [input], shape, { attributes: { perm: order }, dtype: input.dtype })
  return graph.record("transpose", [input], output, [], { order })
}

/** Matrix product over the last two axes; leading axes must be equal. */
export const matmul = (graph: TensorGraph, left: Tensor, right: Tensor): Tensor => {
  const shape = [...left.shape.slice(0, -1), right.shape.at(-1)!]
  return graph.record("matmul", [left, right], product(graph, "MatMul", [left, right], shape))
}

/** What `affine` adds and by how much it scales. */
export interface AffineOptions {
  /** [out] or [rows, out], added to the product. */
  readonly bias?: Tensor
  /** Factor of the product, 1 if not given. */
  readonly scale?: number
}

/** scale · x Wᵀ (+ bias) for x [rows, in] and W [out, in], the Hugging Face order on disk → [rows, out]. */
export const affine = (graph: TensorGraph, input: Tensor, weight: Tensor, options: AffineOptions = {}): Tensor => {
  const { bias, scale = 1 } = options
  const inputs = bias === undefined ? [input, weight] : [input, weight, bias]
  const attributes = { transB: 1, alpha: { float: scale } }
  const output = product(graph, "Gemm", inputs, [input.shape[0]!, weight.shape[0]!], attributes)
  return graph.record("affine", inputs, output, [], { scale })
}

/**
 * The sum over `axes`, which are dropped, not recorded for reverse mode. On CUDA sums over leading axes are products with
 * ones: that provider's reductions over rows, and of much to one number, add atomically, in an order that varies.
 */
export const reduced = (graph: TensorGraph, input: Tensor, axes: readonly number[], shape: Shape): Tensor => {
  if (graph.device !== "cuda" || axes.length === 0 || axes.some((axis, place) => axis !== place)) {
    const attributes = { keepdims: 0 }
    return graph.emit("ReduceSum", [input, graph.integers(axes)], shape, { attributes })
  }
  const ones = (rows: number, columns: number): Tensor =>
    graph.emit("Expand", [graph.scalar(1), graph.integers([rows, columns])], [rows, columns])
  const width = shape.length === 0 ? (input.shape.at(-1) ?? 1) : elementCount(shape)
  const count = elementCount(input.shape) / width
  const table = graph.emit("Reshape", [input, graph.integers([count, width])], [count, width])
  const columns = graph.emit("MatMul", [ones(1, count), table], [1, width])
  const total = shape.length === 0 ? graph.emit("MatMul", [columns, ones(width, 1)], [1, 1]) : columns
  return graph.emit("Reshape", [total, graph.integers(shape)], shape)
}

/** Sum over `axes`, which are dropped. */
export const sum = (graph: TensorGraph, input: Tensor, axes: readonly number[]): Tensor => {
  const shape = input.shape.filter((_, axis) => !axes.includes(axis))
  return graph.record("sum", [input], reduced(graph, input, axes, shape), [], { axes })
}

/** Softmax over the last axis. */
export const softmax = (graph: TensorGraph, input: Tensor): Tensor => {
  const output = graph.emit("Softmax", [input], input.shape, { attributes: { axis: -1 } })
  return graph.record("softmax", [input], output, [output])
}

/** Rows of a table: table [count, width], rows [n] int64 → [n, width]. */
export const gatherRows = (graph: TensorGraph, table: Tensor, rows: Tensor): Tensor => {
  const shape = [rows.shape[0]!, table.shape[1]!]
  const found = graph.emit("Gather", [table, rows], shape, { attributes: { axis: 0 }, dtype: table.dtype })
  return graph.record("gatherRows", [table], widened(graph, found), [rows])
}

/**
 * RMSNorm over the last axis: x / √(mean x² + ε) · gain (Zhang and Sennrich, arXiv 1910.07467). On the CPU one operation
 * of ONNX Runtime does it where no gradient will ask for what lies between.
 */
export const rmsNorm = (graph: TensorGraph, input: Tensor, gain: Tensor, epsilon: number): Tensor => {
  if (graph.device === "cpu" && graph.float === "float32" && !input.needsGrad && !gain.needsGrad) {
    const attributes = { axis: -1, epsilon: { float: epsilon }, stash_type: 1 }
    return graph.emit("SimplifiedLayerNormalization", [input, gain], input.shape, { attributes })
  }
  const statistic = [...input.shape.slice(0, -1), 1]
  const square = graph.emit("Mul", [input, input], input.shape)
  const attributes = { keepdims: 1 }
  const mean = graph.emit("ReduceMean", [square, graph.integers([-1])], statistic, { attributes })
  const shifted = graph.emit("Add", [mean, graph.scalar(epsilon)], statistic)
  const scale = graph.emit("Reciprocal", [graph.emit("Sqrt", [shifted], statistic)], statistic)
  const normal = graph.emit("Mul", [input, scale], input.shape)
  const output = graph.emit("Mul", [normal, gain], input.shape)
  return graph.record("rmsNorm", [input, gain], output, [normal, scale])
}

/** The two halves of the last axis, exchanged. */
export const swapHalves = (graph: TensorGraph, input: Tensor): Tensor => {
  const half = [...input.shape.slice(0, -1), input.shape.at(-1)! / 2]
  const attributes = { axis: -1, num_outputs: 2 }
  const [first, second] = graph.emitMany("Split", [input], [half, half], { attributes })
  return graph.emit("Concat", [second!, first!], input.shape, { attributes: { axis: -1 } })
}

/**
 * Rotary position embedding of [batch, time, heads, width] in the half-split form (Su et al., arXiv 2104.09864, as laid
 * out by Hugging Face Llama): x·cos + swap(x)·sin. `sine` carries the sign: its first half is negated.
 */
export const rotate = (graph: TensorGraph, input: Tensor, cosine: Tensor, sine: Tensor): Tensor => {
  const direct = graph.emit("Mul", [input, cosine], input.shape)
  const crossed = graph.emit("Mul", [swapHalves(graph, input), sine], input.shape)
  return graph.record("rotate", [input], graph.emit("Add", [direct, crossed], input.shape), [cosine, sine])
}

/** Rows `start` … `end` − 1 along `axis`. */
export const slice = (
  graph: TensorGraph,
  input: Tensor,
  axis: number,
  [start, end]: readonly [number, number]
): Tensor => {
  const shape = input.shape.map((size, place) => (place === axis ? end - start : size))
  const bounds = [[start], [end], [axis]].map((values) => graph.integers(values))
  const output = graph.emit("Slice", [input, ...bounds], shape, { dtype: input.dtype })
  return graph.record("slice", [input], output, [], { axis, start })
}

/** GELU by tanh: ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel, arXiv 1606.08415, section 2). */
export const geluTanh = (graph: TensorGraph, input: Tensor): Tensor => {
  const { shape } = input
  const by = (left: Tensor, right: Tensor): Tensor => graph.emit("Mul", [left, right], shape)
  const square = by(input, input)
  const factor = Math.sqrt(2 / Math.PI)
  const curve = graph.emit("Add", [by(square, graph.scalar(0.044715 * factor)), graph.scalar(factor)], shape)
  const bent = graph.emit("Tanh", [by(curve, input)], shape)
  const half = by(input, graph.scalar(0.5))
  const output = graph.emit("Add", [half, by(half, bent)], shape)
  return graph.record("geluTanh", [input], output, [square, bent])
}

/** silu(gate) · up, the gated unit of SwiGLU (Shazeer, arXiv 2002.05202). */
export const swiGlu = (graph: TensorGraph, gate: Tensor, up: Tensor): Tensor => {
  const slope = graph.emit("Sigmoid", [gate], gate.shape)
  const silu = graph.emit("Mul", [gate, slope], gate.shape)
  return graph.record("swiGlu", [gate, up], graph.emit("Mul", [silu, up], gate.shape), [slope, silu])
}

/** log softmax over the last of two axes; written out for WebGPU, whose provider has no such operation. */
const logSoftmax = (graph: TensorGraph, logits: Tensor): Tensor => {
  const { shape } = logits
  if (graph.device !== "webgpu") return graph.emit("LogSoftmax", [logits], shape, { attributes: { axis: -1 } })
  const column = [shape[0]!, 1]
  const last = graph.integers([-1])
  const most = graph.emit("ReduceMax", [logits, last], column, { attributes: { keepdims: 1 } })
  const shifted = graph.emit("Sub", [logits, most], shape)
  const raised = graph.emit("Exp", [shifted], shape)
  const total = graph.emit("ReduceSum", [raised, last], column, { attributes: { keepdims: 1 } })
  return graph.emit("Sub", [shifted, graph.emit("Log", [total], column)], shape)
}

/** log softmax(logits)[target] per row: logits [rows, classes], targets [rows] int64 → [rows]. */
export const pickLogProb = (graph: TensorGraph, logits: Tensor, targets: Tensor): Tensor => {
  const rows = logits.shape[0]!
  const logProbs = logSoftmax(graph, logits)
  const index = graph.emit("Reshape", [targets, graph.integers([rows, 1])], [rows, 1], { dtype: "int64" })
  const picked = graph.emit("GatherElements", [logProbs, index], [rows, 1], { attributes: { axis: 1 } })
  const output = graph.emit("Reshape", [picked, graph.integers([rows])], [rows])
  return graph.record("pickLogProb", [logits], output, [logProbs, index])
}

/** The mean of log softmax(logits) over all classes of a row: logits [rows, classes] → [rows]. */
export const meanLogProb = (graph: TensorGraph, logits: Tensor): Tensor => {
  const rows = logits.shape[0]!
  const logProbs = logSoftmax(graph, logits)
  const attributes = { keepdims: 0 }
  const output = graph.emit("ReduceMean", [logProbs, graph.integers([1])], [rows], { attributes })
  return graph.record("meanLogProb", [logits], output, [logProbs])
}
