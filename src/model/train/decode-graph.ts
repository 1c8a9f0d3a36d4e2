// The graph of decoding on the CPU: tokens are added to a key-value cache where it lies, by one operation a layer.
import { architectureOf, windowOf } from "../architectures/index.ts"
import { addNext, bindFrozen, cacheNames, type DecodeShape } from "./generate-graph.ts"
import { decoderHidden } from "./decoder.ts"
import { gatherRows, reshape } from "./operation.ts"
import { onnxType } from "./onnx.ts"
import type { BuiltGraph, TrainTarget } from "./step-graph.ts"
import { type Tensor, TensorGraph } from "./tensor-graph.ts"

/** Widths of heads that the operation takes are multiples of this. */
export const headUnit = 16

/** cos and sin of every slot and frequency, each [slots, headDim / 2]. */
const rotaryTables = (graph: TensorGraph, frequencies: Float64Array, slots: number): readonly [Tensor, Tensor] => {
  const half = frequencies.length
  const table = (of: (angle: number) => number): Tensor => {
    const data = Float64Array.from({ length: slots * half }, (_, at) => {
      return of(Math.floor(at / half) * frequencies[at % half]!)
    })
    return graph.constant(data, [slots, half])
  }
  return [table(Math.cos), table(Math.sin)]
}

/** Positions of the tokens [batch · time]: of one a row the last slot, of prompts all from 0 on. */
const places = (graph: TensorGraph, ends: Tensor, batch: number, time: number): Tensor => {
  if (time === 1) return graph.emit("Cast", [ends], [batch], { attributes: { to: onnxType("int64") }, dtype: "int64" })
  return graph.integers(Array.from({ length: batch * time }, (_, place) => place % time))
}

/**
 * Adds `time` tokens to each row: the prompts, padded on the right, when the cache is empty, then one a row. Inputs ids
 * [batch · time]; ends [batch] int32, the last slot that a row has used then; used [] int32, the slots of the longest row
 * (for prompts `time`); last [batch], the place of each row's last token among the ids when `time` is above 1; the cache.
 * Outputs as `addNext` and the cache, which may be given the very memory of the input: GroupQueryAttention of ONNX Runtime
 * then writes the new slots alone. Slots of padding hold values nobody looks at.
 */
export const buildDecodeGraph = (target: TrainTarget, shape: DecodeShape, time: number): BuiltGraph => {
  const graph = new TensorGraph("float32", "cpu")
  const { config } = target
  const { batch, slots } = shape
  const { heads, kvHeads, headDim } = config
  const binding = bindFrozen(graph, target)
  const ids = graph.input("ids", [batch * time], "int64")
  const ends = graph.input("ends", [batch], "int32")
  const used = graph.input("used", [], "int32")
  const frequencies = architectureOf(config).rotaryFrequencies?.(config)
  const tables = frequencies === undefined ? [] : rotaryTables(graph, frequencies, slots)
  const window = windowOf(config)
  const cacheShape = [batch, kvHeads, slots, headDim]
  const attributes = {
    num_heads: heads,
    kv_num_heads: kvHeads,
    do_rotary: tables.length === 0 ? 0 : 1,
    scale: { float: headDim ** -0.5 },
    ...(window !== undefined && { local_window_size: window })
  }
  const flat = (states: Tensor, count: number): Tensor => reshape(graph, states, [batch, time, count * headDim])
  const input = { ids, positions: places(graph, ends, batch, time), positionLimit: slots, batch, time }
  const hidden = decoderHidden(graph, config, binding, input, (layer, queries, keys, values) => {
    const names = cacheNames(layer)
    const states = [flat(queries, heads), flat(keys, kvHeads), flat(values, kvHeads)]
    const past = names.map((name) => graph.input(name, cacheShape))
    const shapes = [[batch, time, heads * headDim], cacheShape, cacheShape]
    const [mixed, ...present] = graph.emitMany(
      "GroupQueryAttention",
      [...states, ...past, ends, used, ...tables],
      shapes,
      { attributes, domain: "com.microsoft" }
    )
    names.forEach((name, at) => {
      graph.output(present[at]!, name)
    })
    return reshape(graph, mixed!, [batch * time, heads * headDim])
  })
  const last = time === 1 ? hidden : gatherRows(graph, hidden, graph.input("last", [batch], "int64"))
  addNext(graph, { config, draws: shape.draws }, binding, last)
  return { graph, fed: binding.fed }
}
