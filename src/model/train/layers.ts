// The building blocks of a decoder in terms of graph operations: rotary tables, masks and attention.
import {
  add,
  concatenate,
  expand,
  matmul,
  multiply,
  reshape,
  rmsNorm,
  softmax,
  subtract,
  sum,
  transpose
} from "./operation.ts"
import type { Tensor, TensorGraph } from "./tensor-graph.ts"

/** Sizes of attention: query head h reads key-value head ⌊h / (heads/kvHeads)⌋. */
export interface AttentionShape {
  readonly batch: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
}

/** cos and signed sin of every position, each [batch, time, 1, headDim], ready for `rotate`. */
export interface Rotary {
  readonly cosine: Tensor
  readonly sine: Tensor
}

/** Keys and values, each [batch, kvHeads, time, headDim]. */
export interface KeyValues {
  readonly keys: Tensor
  readonly values: Tensor
}

const MASKED = -1e9

/**
 * Looks up the rotary angles of `positions` [batch · time] in tables of `maxPositions` rows, position 0 standing at `first`.
 * `factor` multiplies both, which is how queries get their 1/√headDim without a pass over the scores.
 */
export const rotaryAngles = (
  graph: TensorGraph,
  frequencies: Float64Array,
  positions: Tensor,
  size: {
    readonly batch: number
    readonly time: number
    readonly maxPositions: number
    readonly first: number
    readonly factor: number
  }
): Rotary => {
  const half = frequencies.length
  const width = 2 * half
  const cosine = new Float64Array(size.maxPositions * width)
  const sine = new Float64Array(size.maxPositions * width)
  for (let position = 0; position < size.maxPositions; position++) {
    for (let index = 0; index < half; index++) {
      const angle = (size.first + position) * frequencies[index]!
      const place = position * width + index
      cosine[place] = cosine[place + half] = size.factor * Math.cos(angle)
      sine[place + half] = size.factor * Math.sin(angle)
      sine[place] = -sine[place + half]!
    }
  }
  const look = (table: Float64Array): Tensor => {
    const rows = graph.constant(table, [size.maxPositions, width])
    const found = graph.emit("Gather", [rows, positions], [size.batch * size.time, width], { attributes: { axis: 0 } })
    return reshape(graph, found, [size.batch, size.time, 1, width])
  }
  return { cosine: look(cosine), sine: look(sine) }
}

/** 0 where `allowed` (bool) and −10⁹ elsewhere, after `open` columns of 0, repeated `groups` times along the query axis. */
const maskFromTruth = (graph: TensorGraph, allowed: Tensor, groups: number, open: number): Tensor => {
  const plain = graph.emit("Where", [allowed, graph.scalar(0), graph.scalar(MASKED)], allowed.shape)
  const wide = allowed.shape.map((size, axis) => (axis === 3 ? size + open : size))
  const mask = open === 0 ? plain : graph.emit("Pad", [plain, graph.integers([0, 0, 0, open, 0, 0, 0, 0])], wide)
  if (groups === 1) return mask
  const shape = mask.shape.map((size, axis) => (axis === 2 ? size * groups : size))
  return graph.emit("Concat", Array<Tensor>(groups).fill(mask), shape, { attributes: { axis: 2 } })
}

/** What of the states before it a token sees. */
export interface Sight {
  /** States before all tokens, 0 if not given. */
  readonly open?: number
  /** Tokens, itself among them; all before it if not given. */
  readonly window?: number
}

/**
 * The additive mask of packed causal attention: a token sees itself, earlier tokens of its own segment within the window,
 * and the `open` states before all. `segments` [batch, time] int64 → [batch, 1, groups · time, open + time].
 */
export const packedCausalMask = (graph: TensorGraph, segments: Tensor, groups: number, sight: Sight = {}): Tensor => {
  const [batch, time] = segments.shape as [number, number]
  const { open = 0, window = time } = sight
  const causal = new Uint8Array(time * time)
  for (let query = 0; query < time; query++) {
    causal.fill(1, query * time + Math.max(0, query + 1 - window), query * time + query + 1)
  }
  const rows = reshape(graph, segments, [batch, 1, time, 1])
  const columns = reshape(graph, segments, [batch, 1, 1, time])
  const square = [batch, 1, time, time]
  const same = graph.emit("Equal", [rows, columns], square, { dtype: "bool" })
  const allowed = graph.emit("And", [same, graph.boolConstant(causal, [time, time])], square, { dtype: "bool" })
  return maskFromTruth(graph, allowed, groups, open)
}

/** The mask of one query per row against a cache: slots 0 … position, within the window. → [batch, 1, groups, open + slots] */
export const cacheMask = (
  graph: TensorGraph,
  positions: Tensor,
  slots: Tensor,
  groups: number,
  { open = 0, window }: Sight = {}
): Tensor => {
  const batch = positions.shape[0]!
  const count = slots.shape[0]!
  const column = reshape(graph, positions, [batch, 1, 1, 1])
  const shape = [batch, 1, 1, count]
  const before = graph.emit("LessOrEqual", [slots, column], shape, { dtype: "bool" })
  if (window === undefined || window >= count) return maskFromTruth(graph, before, groups, open)
  const start = graph.emit("Sub", [column, graph.integers([window])], column.shape, { dtype: "int64" })
  const near = graph.emit("Greater", [slots, start], shape, { dtype: "bool" })
  return maskFromTruth(graph, graph.emit("And", [before, near], shape, { dtype: "bool" }), groups, open)
}

/**
 * (x − mean) / √(variance + ε) · gain + bias over the last of two axes (Ba et al., arXiv 1607.06450). On the CPU one
 * operation does it where no gradient will ask for what lies between.
 */
export const layerNorm = (
  graph: TensorGraph,
  input: Tensor,
  { gain, bias }: { readonly gain: Tensor; readonly bias: Tensor },
  epsilon: number
): Tensor => {
  const [rows, width] = input.shape as [number, number]
  if (graph.device === "cpu" && graph.float === "float32" && ![input, gain, bias].some(({ needsGrad }) => needsGrad)) {
    const attributes = { axis: -1, epsilon: { float: epsilon } }
    return graph.emit("LayerNormalization", [input, gain, bias], input.shape, { attributes })
  }
  const mean = multiply(graph, reshape(graph, sum(graph, input, [1]), [rows, 1]), graph.scalar(1 / width))
  return add(graph, rmsNorm(graph, subtract(graph, input, mean), gain, epsilon), bias)
}

/** States [count, kvHeads · width] before those of every row [batch, kvHeads, time, width]. */
export const withPrefix = (graph: TensorGraph, states: Tensor, own: Tensor, kvHeads: number): Tensor => {
  const [batch, , , width] = own.shape as [number, number, number, number]
  const count = states.shape[0]!
  const apart = headsFirst(graph, reshape(graph, states, [1, count, kvHeads, width]))
  return concatenate(graph, expand(graph, apart, [batch, kvHeads, count, width]), own, 2)
}

/** Moves heads in front of time: [batch, time, heads, width] → [batch, heads, time, width]. */
export const headsFirst = (graph: TensorGraph, input: Tensor): Tensor => transpose(graph, input, [0, 2, 1, 3])

/**
 * Grouped-query attention. Queries [batch, time, heads, width], already scaled; keys and values [batch, kvHeads, past,
 * width]; mask [batch, 1, groups · time, past] → [batch · time, heads · width].
 */
export const attention = (
  graph: TensorGraph,
  input: { readonly queries: Tensor; readonly keys: Tensor; readonly values: Tensor; readonly mask: Tensor },
  shape: AttentionShape
): Tensor => {
  const { batch, heads, kvHeads, headDim } = shape
  const time = input.queries.shape[1]!
  const groups = heads / kvHeads
  const queries = reshape(graph, headsFirst(graph, input.queries), [batch, kvHeads, groups * time, headDim])
  const scores = matmul(graph, queries, transpose(graph, input.keys, [0, 1, 3, 2]))
  const chances = softmax(graph, add(graph, scores, input.mask))
  const mixed = reshape(graph, matmul(graph, chances, input.values), [batch, heads, time, headDim])
  return reshape(graph, headsFirst(graph, mixed), [batch * time, heads * headDim])
}
