// The building blocks of a decoder in terms of graph operations: rotary tables, masks and attention.
import { add, matmul, reshape, softmax, transpose } from "./operation.ts"
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

const MASKED = -1e9

/**
 * Looks up the rotary angles of `positions` [batch · time] in tables of `maxPositions` rows. `factor` multiplies both,
 * which is how queries get their 1/√headDim without a pass over the scores.
 */
export const rotaryAngles = (
  graph: TensorGraph,
  frequencies: Float64Array,
  positions: Tensor,
  size: { readonly batch: number; readonly time: number; readonly maxPositions: number; readonly factor: number }
): Rotary => {
  const half = frequencies.length
  const width = 2 * half
  const cosine = new Float64Array(size.maxPositions * width)
  const sine = new Float64Array(size.maxPositions * width)
  for (let position = 0; position < size.maxPositions; position++) {
    for (let index = 0; index < half; index++) {
      const angle = position * frequencies[index]!
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

/** 0 where `allowed` (bool) and −10⁹ elsewhere, repeated `groups` times along the query axis. */
const maskFromTruth = (graph: TensorGraph, allowed: Tensor, groups: number): Tensor => {
  const mask = graph.emit("Where", [allowed, graph.scalar(0), graph.scalar(MASKED)], allowed.shape)
  if (groups === 1) return mask
  const shape = mask.shape.map((size, axis) => (axis === 2 ? size * groups : size))
  return graph.emit("Concat", Array<Tensor>(groups).fill(mask), shape, { attributes: { axis: 2 } })
}

/**
 * The additive mask of packed causal attention: a token sees itself and earlier tokens of its own segment.
 * `segments` [batch, time] int64 → [batch, 1, groups · time, time].
 */
export const packedCausalMask = (graph: TensorGraph, segments: Tensor, groups: number): Tensor => {
  const [batch, time] = segments.shape as [number, number]
  const causal = new Uint8Array(time * time)
  for (let query = 0; query < time; query++) causal.fill(1, query * time, query * time + query + 1)
  const rows = reshape(graph, segments, [batch, 1, time, 1])
  const columns = reshape(graph, segments, [batch, 1, 1, time])
  const square = [batch, 1, time, time]
  const same = graph.emit("Equal", [rows, columns], square, { dtype: "bool" })
  const allowed = graph.emit("And", [same, graph.boolConstant(causal, [time, time])], square, { dtype: "bool" })
  return maskFromTruth(graph, allowed, groups)
}

/** The mask of one query per row against a cache: slots 0 … position are seen. → [batch, 1, groups, slots] */
export const cacheMask = (graph: TensorGraph, positions: Tensor, slots: Tensor, groups: number): Tensor => {
  const batch = positions.shape[0]!
  const count = slots.shape[0]!
  const column = reshape(graph, positions, [batch, 1, 1, 1])
  const shape = [batch, 1, 1, count]
  return maskFromTruth(graph, graph.emit("LessOrEqual", [slots, column], shape, { dtype: "bool" }), groups)
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
