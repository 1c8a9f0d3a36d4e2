// Puts weights into a graph: trainable ones as fed inputs, frozen ones as constants, adapters in front of linear layers.
import type { ModelConfig } from "../architectures/architecture.ts"
import { architectureOf, embeddingsName } from "../architectures/index.ts"
import type { Weights } from "../weights.ts"
import type { GraphAdapter, JoinSite } from "./adapters/adapter.ts"
import { type Adapter, buildAdapter, checkAdapter } from "./adapters/any-adapter.ts"
import { NoiseInputs } from "./noise.ts"
import { add, affine, gatherRows, multiply } from "./operation.ts"
import { isHeldInHalf } from "./precision.ts"
import type { Shape, Tensor, TensorGraph } from "./tensor-graph.ts"

/** Weights as graph tensors. */
export interface Binding {
  readonly weight: (name: string) => Tensor
  /** A linear layer, whose matrix is `<module>.weight` unless named otherwise. */
  readonly linear: (module: string, input: Tensor, matrix?: string) => Tensor
  /** Hidden states [rows, hidden] that the ids [rows] start with. */
  readonly embed: (ids: Tensor) => Tensor
  /** A block's output joined to the residual stream. */
  readonly join: (site: Omit<JoinSite, "plain">) => Tensor
  readonly prefix: GraphAdapter["prefix"]
  /** Frozen weights too large to be constants, to be fed on every run. */
  readonly fed: Weights
}

/** Frozen weights above this many bytes are fed instead of being written into the graph file (limit 2 GiB). */
const MAX_CONSTANT_BYTES = 512 * 2 ** 20

/** Name of the input that carries a weight. */
export const inputName = (name: string): string => `weight:${name}`

/**
 * Declares an input per weight, or a constant per frozen weight while they take at most `limit` bytes together; in 16 bits
 * those that are held so.
 */
export const bindTensors = (
  graph: TensorGraph,
  weights: Weights,
  trainable: boolean,
  limit = MAX_CONSTANT_BYTES
): { readonly tensors: Map<string, Tensor>; readonly fed: Weights } => {
  const isHalf = (shape: Shape): boolean => !trainable && isHeldInHalf(graph.precision, graph.device, shape)
  let bytes = 0
  for (const { data, shape } of weights.values()) bytes += data.byteLength / (isHalf(shape) ? 2 : 1)
  const constant = !trainable && bytes <= limit
  const tensors = new Map<string, Tensor>()
  for (const [name, { data, shape }] of weights) {
    const half = isHalf(shape)
    const tensor = constant
      ? half
        ? graph.halfConstant(data, shape)
        : graph.constant(data, shape)
      : graph.input(inputName(name), shape, half ? "float16" : graph.float, trainable)
    tensors.set(name, tensor)
  }
  return { tensors, fed: trainable || constant ? new Map() : weights }
}

/**
 * Embeddings of ids; those behind the vocabulary stand for the rows of `virtual`. Every id looks both up, and a factor of
 * 0 or 1 takes the one it means.
 */
const embedWith = (
  graph: TensorGraph,
  table: Tensor,
  virtual: Tensor,
  ids: Tensor,
  look: (ids: Tensor) => Tensor
): Tensor => {
  const rows = ids.shape[0]!
  const whole = (type: string, left: Tensor, right: Tensor): Tensor =>
    graph.emit(type, [left, right], [rows], { dtype: "int64" })
  const count = graph.integers([table.shape[0]!])
  const isVirtual = graph.emit("GreaterOrEqual", [ids, count], [rows], { dtype: "bool" })
  const share = graph.emit("Where", [isVirtual, graph.scalar(1), graph.scalar(0)], [rows])
  const column = graph.emit("Reshape", [share, graph.integers([rows, 1])], [rows, 1])
  const rest = graph.emit("Sub", [graph.scalar(1), column], [rows, 1])
  const real = look(whole("Min", ids, graph.integers([table.shape[0]! - 1])))
  const placed = gatherRows(graph, virtual, whole("Max", whole("Sub", ids, count), graph.integers([0])))
  return add(graph, multiply(graph, real, rest), multiply(graph, placed, column))
}

/** The table that ids are looked up in, and the factor of what is found. */
export interface EmbeddingTable {
  readonly name: string
  readonly scale?: number
}

const usualTable: EmbeddingTable = { name: "model.embed_tokens.weight" }

/** A binding over `tensors`; a linear layer adds its bias when one is there, then asks the adapter. */
export const createBinding = (
  graph: TensorGraph,
  bound: { readonly tensors: ReadonlyMap<string, Tensor>; readonly fed: Weights },
  adapter: GraphAdapter = {},
  { name: tableName, scale = 1 }: EmbeddingTable = usualTable
): Binding => {
  const own = (name: string): Tensor => {
    const tensor = bound.tensors.get(name)
    if (tensor === undefined) throw new Error(`The model has no weight named ${name}.`)
    return tensor
  }
  const weight = (name: string): Tensor => adapter.replaced?.get(name) ?? own(name)
  const linear = (module: string, input: Tensor, name = `${module}.weight`): Tensor => {
    const bias = adapter.replaced?.get(`${module}.bias`) ?? bound.tensors.get(`${module}.bias`)
    const matrix = adapter.replaced?.get(`${module}.weight`) ?? own(name)
    const plain = (given: Tensor): Tensor => affine(graph, given, matrix, bias === undefined ? {} : { bias })
    return adapter.linear?.({ module, input, weight: matrix, bias, plain }) ?? plain(input)
  }
  const embed = (ids: Tensor): Tensor => {
    const table = weight(tableName)
    const plain = (rows: Tensor): Tensor => {
      const found = gatherRows(graph, table, rows)
      return scale === 1 ? found : multiply(graph, found, graph.scalar(scale))
    }
    const module = tableName.slice(0, -".weight".length)
    const look = (rows: Tensor): Tensor => adapter.embed?.({ module, ids: rows, scale, plain }) ?? plain(rows)
    return adapter.virtual === undefined ? look(ids) : embedWith(graph, table, adapter.virtual, ids, look)
  }
  const join = (site: Omit<JoinSite, "plain">): Tensor => {
    const plain = (output: Tensor): Tensor => add(graph, site.stream, output)
    return adapter.join?.({ ...site, plain }) ?? plain(site.output)
  }
  return { weight, linear, embed, join, prefix: adapter.prefix, fed: bound.fed }
}

/** A model with its adapter, if any, in a graph. */
export interface BoundModel {
  readonly binding: Binding
  /** What training changes. */
  readonly parameters: ReadonlyMap<string, Tensor>
  /** Random inputs, where it trains. */
  readonly noise: NoiseInputs | undefined
}

/**
 * Binds the weights of a model and of the adapter over it; one of them is trained, if any. Embeddings get uniform noise in
 * ±`embeddingNoise` when it trains. Throws `SLUICE_ADAPTER_MISMATCH` for an adapter of another model.
 */
export const bindModel = (
  graph: TensorGraph,
  target: { readonly config: ModelConfig; readonly base: Weights; readonly adapter?: Adapter },
  options: { readonly train: boolean; readonly limit?: number; readonly embeddingNoise?: number }
): BoundModel => {
  const { config, adapter } = target
  const { train, limit, embeddingNoise = 0 } = options
  if (adapter !== undefined) checkAdapter(config, adapter)
  const base = bindTensors(graph, target.base, train && adapter === undefined, limit)
  const own = adapter && bindTensors(graph, adapter.weights, train, limit)
  const noise = train ? new NoiseInputs(graph) : undefined
  const hooks = adapter && buildAdapter(adapter, graph, config, own!.tensors, noise)
  const fed = new Map([...base.fed, ...(own?.fed ?? [])])
  const table = { name: embeddingsName(config), scale: architectureOf(config).embeddingScale?.(config) ?? 1 }
  const plain = createBinding(graph, { tensors: base.tensors, fed }, hooks, table)
  const embed = (ids: Tensor): Tensor => {
    const states = plain.embed(ids)
    return add(graph, states, noise!.uniform("embeddings", states.shape, embeddingNoise))
  }
  const binding = embeddingNoise === 0 ? plain : { ...plain, embed }
  return { binding, parameters: (own ?? base).tensors, noise }
}
