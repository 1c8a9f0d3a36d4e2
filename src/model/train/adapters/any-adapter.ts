// What is done with an adapter whatever its method, and with several over one model.
import type { ModelConfig } from "../../architectures/architecture.ts"
import { windowOf } from "../../architectures/index.ts"
import { ModelError } from "../../model-error.ts"
import type { Weight } from "../../weights.ts"
import type { NoiseInputs } from "../noise.ts"
import type { Tensor, TensorGraph } from "../tensor-graph.ts"
import type { AdapterMethod, AdapterOf, GraphAdapter, MergeTarget } from "./adapter.ts"
import { adapterMethods, type SingleAdapter } from "./index.ts"
import { isReplaced } from "./replaced.ts"

/** Several adapters at work together; keys are those of the parts behind `<place>/`. */
export type AdapterStack = AdapterOf<"stack", { readonly parts: readonly SingleAdapter[] }>

/** One adapter, or several at work together. */
export type Adapter = SingleAdapter | AdapterStack

/** The method of an adapter. */
export const methodOf = ({ kind }: SingleAdapter): AdapterMethod => adapterMethods.get(kind)!

const parts = (adapter: Adapter): readonly SingleAdapter[] =>
  adapter.kind === "stack"
    ? adapter.config.parts.map((part, place): SingleAdapter => ({ ...part, weights: partWeights(adapter, place) }))
    : [adapter]

const partWeights = ({ weights }: AdapterStack, place: number): Map<string, Weight> => under(weights, `${place}/`)

const under = <Value>(all: ReadonlyMap<string, Value>, start: string): Map<string, Value> =>
  new Map([...all].filter(([name]) => name.startsWith(start)).map(([name, value]) => [name.slice(start.length), value]))

/** Virtual tokens that an adapter puts before every text. */
export const virtualTokens = (adapter: Adapter | undefined): number =>
  adapter === undefined
    ? 0
    : parts(adapter).reduce((total, part) => total + (methodOf(part).virtualTokens?.(part.config) ?? 0), 0)

/** Positions an adapter takes from a model: virtual tokens, and keys and values before those of the text. */
export const takenPositions = (adapter: Adapter | undefined): number =>
  adapter === undefined
    ? 0
    : parts(adapter).reduce(
        (total, part) => total + (part.kind === "prefix" ? part.config.tokens : 0),
        virtualTokens(adapter)
      )

/** Whether an adapter puts keys and values before those of every layer. */
export const hasPrefix = (adapter: Adapter | undefined): boolean =>
  adapter !== undefined && parts(adapter).some(({ kind }) => kind === "prefix")

/** What follows `first` in a chain: the second sees the first in place of the layer. */
const chained = (first: GraphAdapter, second: GraphAdapter): GraphAdapter => {
  const linear = ((): GraphAdapter["linear"] => {
    if (first.linear === undefined || second.linear === undefined) return second.linear ?? first.linear
    return (site) => second.linear!({ ...site, plain: (input) => first.linear!({ ...site, input }) })
  })()
  const join = ((): GraphAdapter["join"] => {
    if (first.join === undefined || second.join === undefined) return second.join ?? first.join
    return (site) => second.join!({ ...site, plain: (output) => first.join!({ ...site, output }) })
  })()
  const embed = ((): GraphAdapter["embed"] => {
    if (first.embed === undefined || second.embed === undefined) return second.embed ?? first.embed
    return (site) => second.embed!({ ...site, plain: (ids) => first.embed!({ ...site, ids }) })
  })()
  const replaced = new Map([...(first.replaced ?? []), ...(second.replaced ?? [])])
  const virtual = second.virtual ?? first.virtual
  const prefix = second.prefix ?? first.prefix
  return {
    replaced,
    ...(embed && { embed }),
    ...(linear && { linear }),
    ...(join && { join }),
    ...(virtual && { virtual }),
    ...(prefix && { prefix })
  }
}

/**
 * Throws `SLUICE_ADAPTER_MISMATCH` for an adapter of another model: a weight for a layer that this one has not, one of
 * another shape, or a prefix that ends before the last layer.
 */
export const checkAdapter = (model: ModelConfig, adapter: Adapter): void => {
  const mismatch = (message: string, name: string): ModelError =>
    new ModelError(
      "SLUICE_ADAPTER_MISMATCH",
      message,
      { name },
      "use it over the model that it was trained over; its adapter_config.json names that"
    )
  for (const part of parts(adapter)) {
    for (const [name, { shape }] of part.weights) {
      const wanted = methodOf(part).shapeOf(model, name)
      if (wanted === undefined) throw mismatch(`The adapter has ${name}, for which the model has no place.`, name)
      const fits =
        wanted.length === shape.length && wanted.every((size, axis) => size === undefined || size === shape[axis])
      if (fits) continue
      const sizes = wanted.map((size) => size ?? "any").join(", ")
      throw mismatch(`The adapter's ${name} has shape [${shape}]; this model asks for [${sizes}].`, name)
    }
    if (part.kind !== "prefix") continue
    const window = windowOf(model)
    if (window !== undefined) {
      throw new ModelError(
        "SLUICE_ADAPTER_MISMATCH",
        `A prefix before every layer is not supported over a model whose tokens see ${window} at most.`,
        { window },
        "use another method, such as LoRA or prompt tuning"
      )
    }
    const last = `${model.layers - 1}.value`
    if (part.weights.has(last) || part.weights.has(`${last}.weight`)) continue
    throw mismatch(`The prefix has nothing for layer ${model.layers - 1} of the model.`, last)
  }
}

/** What `adapter` changes in a graph. */
export const buildAdapter = (
  adapter: Adapter,
  graph: TensorGraph,
  model: ModelConfig,
  tensors: ReadonlyMap<string, Tensor>,
  noise: NoiseInputs | undefined
): GraphAdapter => {
  if (adapter.kind !== "stack") return methodOf(adapter).build({ graph, model, config: adapter.config, tensors, noise })
  return adapter.config.parts
    .map((part, place) => {
      const own = { graph, model, config: part.config, tensors: under(tensors, `${place}/`), noise }
      return methodOf(part).build(own)
    })
    .reduce(chained)
}

/**
 * Several adapters at work together over one model, in the order given: corrections of LoRA add up, factors of IA³ and
 * bottlenecks follow one another. Throws `SLUICE_BAD_STACK` for DoRA beside another adapter of linear layers (its rows
 * are scaled by lengths that the other changes), and for two that put tokens or a prefix before the text.
 *
 * @example
 * import { createIa3, createLora, createModel, stackAdapters, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const shape = { hiddenSize: 16, intermediateSize: 32, layers: 1, heads: 2, kvHeads: 1, tieEmbeddings: true }
 * const model = createModel(tokenizer, shape)
 * const both = stackAdapters([createLora(model, { targets: ["q_proj"] }), createIa3(model, { targets: ["k_proj"] })])
 * Array.from(both.weights.keys()).length // → 3
 */
export const stackAdapters = (adapters: readonly SingleAdapter[]): Adapter => {
  if (adapters.length === 1) return adapters[0]!
  const bad = (message: string): ModelError =>
    new ModelError("SLUICE_BAD_STACK", message, {}, "merge one of them into the model first, or use them one at a time")
  if (adapters.length === 0) throw bad("A stack of no adapters.")
  const linear = adapters.filter(({ kind }) => kind === "lora" || kind === "ia3")
  if (linear.length > 1 && linear.some((one) => one.kind === "lora" && one.config.dora)) {
    throw bad("DoRA cannot stand beside another adapter of linear layers.")
  }
  const whole = linear.map(({ weights }) => [...weights.keys()].filter(isReplaced)).filter(({ length }) => length > 0)
  if (whole.length > 1) throw bad("Two of the adapters train weights of the model whole.")
  for (const [what, kinds] of [
    ["put virtual tokens before the text", ["prompt", "p-tuning"]],
    ["put a prefix before the text", ["prefix"]]
  ] as const) {
    if (adapters.filter(({ kind }) => (kinds as readonly string[]).includes(kind)).length > 1) {
      throw bad(`Two of the adapters ${what}.`)
    }
  }
  const weights = adapters.flatMap(({ weights: own }, place) =>
    [...own].map(([name, weight]): [string, Weight] => [`${place}/${name}`, weight])
  )
  return { kind: "stack", config: { parts: adapters }, weights: new Map(weights) }
}

/** Whether `mergeInto` can be asked for an adapter. */
export const isMergeable = (adapter: Adapter): boolean =>
  parts(adapter).every((part) => methodOf(part).merge !== undefined)

/** The model with an adapter in its weights. Throws `SLUICE_CANNOT_MERGE` for methods that are no change of weights. */
export const mergeInto = (target: MergeTarget, adapter: Adapter): MergeTarget => {
  checkAdapter(target.config, adapter)
  return parts(adapter).reduce((merged, part) => {
    const { merge } = methodOf(part)
    if (merge !== undefined) return merge(merged, part)
    throw new ModelError(
      "SLUICE_CANNOT_MERGE",
      `An adapter of the kind "${part.kind}" is no change of the model's weights and cannot be merged into them.`,
      { kind: part.kind },
      "use it beside the model; LoRA, DoRA and IA³ can be merged"
    )
  }, target)
}
