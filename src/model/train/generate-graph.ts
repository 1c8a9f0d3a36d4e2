// The two graphs of decoding on any device: one reads the prompts and fills the key-value cache, one adds a token per row.
import type { ModelConfig } from "../architectures/architecture.ts"
import { type Binding, bindModel } from "./binding.ts"
import type { Device } from "./device.ts"
import { attentionShape, decoderHidden, decoderLogits, packedMask, placing, prefixed, sightOf } from "./decoder.ts"
import { attention, cacheMask, headsFirst } from "./layers.ts"
import { gatherRows, reshape } from "./operation.ts"
import type { BuiltGraph, TrainTarget } from "./step-graph.ts"
import { type Tensor, TensorGraph } from "./tensor-graph.ts"

/** Sizes of decoding; a token at position p has cache slot p. */
export interface DecodeShape {
  readonly batch: number
  /** Tokens a prompt can have. */
  readonly prompt: number
  /** Slots of the cache: prompt and answer together. */
  readonly slots: number
  /** Whether the next tokens are drawn from what the graph answers, and not chosen by it. */
  readonly draws: boolean
}

/** Names of the cache tensors of a layer, each [batch, kvHeads, slots, headDim]. */
export const cacheNames = (layer: number): readonly [string, string] => [`key:${layer}`, `value:${layer}`]

/** Binds a model and its adapter, both frozen and fed. */
export const bindFrozen = (graph: TensorGraph, target: TrainTarget): Binding =>
  bindModel(graph, target, { train: false, limit: 0 }).binding

/**
 * The most likely next token of each row, output `next` [batch] int64, the smallest id among equals; or its `logits`
 * [batch, vocabulary], for who draws.
 */
export const addNext = (
  graph: TensorGraph,
  { config, draws }: { readonly config: ModelConfig; readonly draws: boolean },
  binding: Binding,
  hidden: Tensor
): void => {
  const logits = decoderLogits(config, binding, hidden)
  if (draws) {
    graph.output(logits, "logits")
    return
  }
  const attributes = { axis: -1, keepdims: 0, select_last_index: 0 }
  graph.output(graph.emit("ArgMax", [logits], [hidden.shape[0]!], { attributes, dtype: "int64" }), "next")
}

/**
 * Reads prompts padded on the right. Inputs ids and positions [batch · prompt], segments [batch, prompt], last [batch] =
 * row of each prompt's last token; outputs `next` and the cache. Slots of padding hold values nobody looks at: they are
 * later than the row's position until its own tokens overwrite them.
 */
export const buildPromptGraph = (target: TrainTarget, shape: DecodeShape, device?: Device): BuiltGraph => {
  const graph = new TensorGraph("float32", device)
  const { config } = target
  const { batch, prompt, slots } = shape
  const binding = bindFrozen(graph, target)
  const ids = graph.input("ids", [batch * prompt], "int64")
  const positions = graph.input("positions", [batch * prompt], "int64")
  const segments = graph.input("segments", [batch, prompt], "int64")
  const sizes = attentionShape(config, batch)
  const mask = packedMask(graph, config, binding, segments)
  const extend = (input: Tensor): Tensor => {
    const pads = graph.integers([0, 0, 0, 0, 0, 0, slots - prompt, 0])
    return graph.emit("Pad", [input, pads], [batch, config.kvHeads, slots, config.headDim])
  }
  const input = { ids, positions, positionLimit: prompt, batch, time: prompt }
  const attend = placing(graph, config, binding, input, (layer, queries, newKeys, newValues) => {
    const keys = headsFirst(graph, newKeys)
    const values = headsFirst(graph, newValues)
    const [keyName, valueName] = cacheNames(layer)
    graph.output(extend(keys), keyName)
    graph.output(extend(values), valueName)
    return attention(graph, { queries, ...prefixed(graph, config, binding, layer, { keys, values }), mask }, sizes)
  })
  const hidden = decoderHidden(graph, config, binding, input, attend)
  addNext(
    graph,
    { config, draws: shape.draws },
    binding,
    gatherRows(graph, hidden, graph.input("last", [batch], "int64"))
  )
  return { graph, fed: binding.fed }
}

/** Adds one token per row: inputs ids and positions [batch] and the cache; outputs `next` and the cache with it added. */
export const buildTokenGraph = (target: TrainTarget, shape: DecodeShape, device?: Device): BuiltGraph => {
  const graph = new TensorGraph("float32", device)
  const { config } = target
  const { batch, slots } = shape
  const binding = bindFrozen(graph, target)
  const ids = graph.input("ids", [batch], "int64")
  const positions = graph.input("positions", [batch], "int64")
  const sizes = attentionShape(config, batch)
  const numbers = graph.integers(Array.from({ length: slots }, (_, slot) => slot))
  const mask = cacheMask(graph, positions, numbers, config.heads / config.kvHeads, sightOf(config, binding))
  const column = reshape(graph, numbers, [1, 1, slots, 1])
  const here = reshape(graph, positions, [batch, 1, 1, 1])
  const written = graph.emit("Equal", [column, here], [batch, 1, slots, 1], { dtype: "bool" })
  const cacheShape = [batch, config.kvHeads, slots, config.headDim]
  const write = (name: string, fresh: Tensor): Tensor => {
    const old = graph.input(name, cacheShape)
    const updated = graph.emit("Where", [written, headsFirst(graph, fresh), old], cacheShape)
    graph.output(updated, name)
    return updated
  }
  const input = { ids, positions, positionLimit: slots, batch, time: 1 }
  const attend = placing(graph, config, binding, input, (layer, queries, newKeys, newValues) => {
    const [keyName, valueName] = cacheNames(layer)
    const keys = write(keyName, newKeys)
    const values = write(valueName, newValues)
    return attention(graph, { queries, ...prefixed(graph, config, binding, layer, { keys, values }), mask }, sizes)
  })
  const hidden = decoderHidden(graph, config, binding, input, attend)
  addNext(graph, { config, draws: shape.draws }, binding, hidden)
  return { graph, fed: binding.fed }
}
