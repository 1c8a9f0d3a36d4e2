// LoRA: a low-rank correction next to frozen linear layers (Hu et al., arXiv 2106.09685), and DoRA, which scales its rows.
import type { ModelConfig } from "../../architectures/architecture.ts"
import { architectureOf, embeddingsName } from "../../architectures/index.ts"
import { ModelError } from "../../model-error.ts"
import { seededRandom } from "../../random.ts"
import type { Weight } from "../../weights.ts"
import { add, affine, detach, divide, matmul, multiply, subtract } from "../operation.ts"
import type { Tensor, TensorGraph } from "../tensor-graph.ts"
import type { AdapterMethod, AdapterOf, LinearSite, MergeTarget } from "./adapter.ts"
import { mergedHead } from "./merged-head.ts"
import { isFilled, numbersOf } from "./peft-fields.ts"
import { byPattern, isFanned, linearSize, linearSizeOf, type Targets, targetModules } from "./targets.ts"

/** Settings of a LoRA adapter. */
export interface LoraConfig {
  readonly rank: number
  readonly alpha: number
  readonly targets: Targets
  /** Divide alpha by √rank instead of rank (Kalajdzievski, arXiv 2312.03732). */
  readonly rankStabilised: boolean
  /** Chance that an element of a correction's input is zeroed in training. */
  readonly dropout: number
  /** Learn each row's length apart from its direction (DoRA: Liu et al., arXiv 2402.09353). */
  readonly dora: boolean
  /** Ranks and alphas of single modules, by regular expressions of the ends of their paths. */
  readonly rankPattern: Readonly<Record<string, number>>
  readonly alphaPattern: Readonly<Record<string, number>>
  /** Layers that get a correction; all if not given. */
  readonly layers?: readonly number[]
}

/**
 * A trained or fresh adapter; keys are `<module>.lora_A.weight` [rank, in], `<module>.lora_B.weight` [out, rank] and, with
 * DoRA, `<module>.lora_magnitude_vector` [out].
 */
export type LoraAdapter = AdapterOf<"lora", LoraConfig>

/** The factor of a module's correction: α/r, or α/√r when rank-stabilised. */
export const loraScale = (config: LoraConfig, module: string): number => {
  const rank = byPattern(config.rankPattern, module, config.rank)
  const alpha = byPattern(config.alphaPattern, module, config.alpha)
  return alpha / (config.rankStabilised ? Math.sqrt(rank) : rank)
}

/** Length of each row of W + scale · B A, in f64; of W alone without matrices. W [out, in]. */
const rowNorms = (
  data: Float32Array,
  [out, width]: readonly [number, number],
  correction?: (row: number) => Float64Array
): Float64Array =>
  Float64Array.from({ length: out }, (_, row) => {
    const added = correction?.(row)
    let total = 0
    for (let column = 0; column < width; column++) {
      const value = data[row * width + column]! + (added?.[column] ?? 0)
      total += value * value
    }
    return Math.sqrt(total)
  })

/** What `createLora` may be told; the rest has PEFT's defaults. */
export type LoraOptions = Partial<LoraConfig> & { readonly seed?: number }

/**
 * A fresh adapter: A uniform in ±1/√in (PEFT's Kaiming start with a = √5), B zero, so that it changes nothing yet; with
 * `dora`, magnitudes are the lengths of the rows of the model's weights, which must then be given.
 * Defaults as in PEFT: rank 8, alpha 8, targets the layers that make queries and values (q_proj, v_proj; GPT-2's c_attn).
 *
 * @example
 * import { createLora, createModel, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const shape = { hiddenSize: 16, intermediateSize: 32, layers: 1, heads: 2, kvHeads: 1, tieEmbeddings: true }
 * const { weights } = createLora(createModel(tokenizer, shape), { rank: 2, targets: ["q_proj"] })
 * Array.from(weights, ([name, { shape }]) => ({ name, shape }))
 * // → [
 * //   { name: "model.layers.0.self_attn.q_proj.lora_A.weight", shape: [2, 16] },
 * //   { name: "model.layers.0.self_attn.q_proj.lora_B.weight", shape: [16, 2] }
 * // ]
 */
export const createLora = (
  model: { readonly config: ModelConfig; readonly weights?: ReadonlyMap<string, Weight> },
  options: LoraOptions = {}
): LoraAdapter => {
  const { seed = 0, ...given } = options
  const { query, value } = architectureOf(model.config).names
  const config: LoraConfig = {
    rank: 8,
    alpha: 8,
    targets: [...new Set([query, value])],
    rankStabilised: false,
    dropout: 0,
    dora: false,
    rankPattern: {},
    alphaPattern: {},
    ...given
  }
  const weights = new Map<string, Weight>()
  for (const module of targetModules(model.config, config.targets, config.layers)) {
    const [out, width] = linearSize(model.config, module)
    const rank = byPattern(config.rankPattern, module, config.rank)
    const random = seededRandom(seed, `${module}.lora_A`)
    const bound = 1 / Math.sqrt(width)
    const data = new Float32Array(rank * width)
    for (let index = 0; index < data.length; index++) data[index] = bound * (2 * random.uniform() - 1)
    weights.set(`${module}.lora_A.weight`, { shape: [rank, width], data })
    weights.set(`${module}.lora_B.weight`, { shape: [out, rank], data: new Float32Array(out * rank) })
    if (!config.dora) continue
    const base = model.weights?.get(`${module}.weight`) ?? model.weights?.get(embeddingsName(model.config))
    if (base === undefined) throw new Error("DoRA starts from the lengths of the model's weights; none were given.")
    const magnitudes = Float32Array.from(rowNorms(base.data, [out, width]))
    weights.set(`${module}.lora_magnitude_vector`, { shape: [out], data: magnitudes })
  }
  return { kind: "lora", config, weights }
}

/**
 * DoRA's output: base + (m/‖·‖ − 1) · W x + (m/‖·‖) · s · B A x, with ‖·‖ the row lengths of W + s B A, through which no
 * gradient flows (section 4.3 of the paper).
 */
const scaledRows = (
  graph: TensorGraph,
  site: LinearSite,
  parts: { readonly down: Tensor; readonly up: Tensor; readonly magnitude: Tensor; readonly scale: number },
  input: Tensor
): Tensor => {
  const { down, up, magnitude, scale } = parts
  const weight = detach(site.weight)
  const product = multiply(graph, matmul(graph, detach(up), detach(down)), graph.scalar(scale))
  const directed = add(graph, weight, product)
  const square = multiply(graph, directed, directed)
  const total = graph.emit("ReduceSum", [square, graph.integers([1])], [weight.shape[0]!], {
    attributes: { keepdims: 0 }
  })
  const ratio = divide(graph, magnitude, graph.emit("Sqrt", [total], total.shape))
  const output = site.plain(site.input)
  const bare = site.bias === undefined ? output : subtract(graph, output, site.bias)
  const own = input === site.input ? bare : affine(graph, input, site.weight)
  const correction = affine(graph, affine(graph, input, down), up, { scale })
  const turned = add(
    graph,
    multiply(graph, own, subtract(graph, ratio, graph.scalar(1))),
    multiply(graph, correction, ratio)
  )
  return add(graph, output, turned)
}

/** Row `row` of scale · B A in f64. */
const correctionRow = (up: Weight, down: Weight, scale: number, row: number): Float64Array => {
  const [rank, width] = down.shape as [number, number]
  const sum = new Float64Array(width)
  for (let inner = 0; inner < rank; inner++) {
    const factor = scale * up.data[row * rank + inner]!
    for (let column = 0; column < width; column++) sum[column]! += factor * down.data[inner * width + column]!
  }
  return sum
}

/** W + scale · B A, its rows scaled to DoRA's magnitudes where there are some; untouched weights are shared, not copied. */
const mergeLora = (target: MergeTarget, adapter: LoraAdapter): MergeTarget => {
  let result = target
  for (const [name, down] of adapter.weights) {
    if (!name.endsWith(".lora_A.weight")) continue
    const module = name.slice(0, -".lora_A.weight".length)
    result = mergedHead(result, module)
    const base = result.weights.get(`${module}.weight`)
    const up = adapter.weights.get(`${module}.lora_B.weight`)
    if (base === undefined || up === undefined) {
      throw new ModelError("SLUICE_ADAPTER_MISMATCH", `The adapter changes ${module}, which the base does not have.`)
    }
    const scale = loraScale(adapter.config, module)
    const size = base.shape as unknown as readonly [number, number]
    const [out, width] = size
    const rowOf = (row: number): Float64Array => correctionRow(up, down, scale, row)
    const magnitudes = adapter.weights.get(`${module}.lora_magnitude_vector`)
    const norms = magnitudes && rowNorms(base.data, size, rowOf)
    const data = new Float32Array(base.data.length)
    for (let index = 0; index < out; index++) {
      const row = rowOf(index)
      const factor = norms === undefined ? 1 : magnitudes!.data[index]! / norms[index]!
      for (let column = 0; column < width; column++) {
        data[index * width + column] = factor * (base.data[index * width + column]! + row[column]!)
      }
    }
    result = { ...result, weights: new Map(result.weights).set(`${module}.weight`, { shape: base.shape, data }) }
  }
  return result
}

/** As PEFT takes them: it wants a list where layers are named, so a pattern's modules are then written out. */
const writtenTargets = ({ targets, layers }: LoraConfig, weights: LoraAdapter["weights"]): string | string[] => {
  if (typeof targets !== "string") return [...targets].sort()
  if (layers === undefined) return targets
  const suffix = ".lora_A.weight"
  return [...weights.keys()]
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
    .sort()
}

/** LoRA and DoRA: y + scale · (x Aᵀ) Bᵀ on every module that has both matrices. */
export const lora: AdapterMethod<"lora", LoraConfig> = {
  kind: "lora",
  peftType: "LORA",
  shapeOf: (model, name) => {
    const [, module = "", part] = /^(.*)\.(lora_A\.weight|lora_B\.weight|lora_magnitude_vector)$/.exec(name) ?? []
    const size = linearSizeOf(model, module)
    if (size === undefined) return undefined
    if (part === "lora_A.weight") return [undefined, size[1]]
    return part === "lora_B.weight" ? [size[0], undefined] : [size[0]]
  },
  build: ({ graph, config, tensors, noise }) => ({
    linear: (site) => {
      const { module, input, plain } = site
      const down = tensors.get(`${module}.lora_A.weight`)
      const up = tensors.get(`${module}.lora_B.weight`)
      if (down === undefined && up === undefined) return plain(input)
      if (down === undefined || up === undefined) {
        throw new ModelError("SLUICE_ADAPTER_MISMATCH", `The adapter has one of the two matrices of ${module}.`)
      }
      const scale = loraScale(config, module)
      const magnitude = tensors.get(`${module}.lora_magnitude_vector`)
      if (magnitude !== undefined) {
        const dropped = noise?.dropout(input, module, config.dropout) ?? input
        return scaledRows(graph, site, { down, up, magnitude, scale }, dropped)
      }
      const output = plain(input)
      const dropped = noise?.dropout(input, module, config.dropout) ?? input
      return affine(graph, affine(graph, dropped, down), up, { bias: output, scale })
    }
  }),
  toPeft: ({ config, weights }, model) => ({
    json: {
      r: config.rank,
      lora_alpha: config.alpha,
      lora_dropout: config.dropout,
      bias: "none",
      fan_in_fan_out: model !== undefined && isFanned(model),
      target_modules: writtenTargets(config, weights),
      modules_to_save: null,
      init_lora_weights: true,
      use_rslora: config.rankStabilised,
      use_dora: config.dora,
      rank_pattern: config.rankPattern,
      alpha_pattern: config.alphaPattern,
      layers_to_transform: typeof config.targets === "string" ? null : (config.layers ?? null),
      layers_pattern: null
    },
    weights
  }),
  fromPeft: ({ json, weights }, refused) => {
    if (isFilled(json["modules_to_save"])) refused.push("modules_to_save")
    if (isFilled(json["layer_replication"])) refused.push("layer_replication")
    if (isFilled(json["trainable_token_indices"])) refused.push("trainable_token_indices")
    if (isFilled(json["target_parameters"])) refused.push("target_parameters")
    if (json["lora_bias"] === true) refused.push("lora_bias")
    if ((json["bias"] ?? "none") !== "none") refused.push("bias")
    const named = json["target_modules"]
    const layers = json["layers_to_transform"]
    for (const name of weights.keys()) {
      if (!/\.lora_([AB]\.weight|magnitude_vector)$/.test(name)) refused.push(name)
    }
    const config: LoraConfig = {
      rank: Number(json["r"]),
      alpha: Number(json["lora_alpha"] ?? 8),
      targets: typeof named === "string" ? named : Array.isArray(named) ? named.map(String) : [],
      rankStabilised: json["use_rslora"] === true,
      dropout: Number(json["lora_dropout"] ?? 0),
      dora: json["use_dora"] === true,
      rankPattern: numbersOf(json["rank_pattern"]),
      alphaPattern: numbersOf(json["alpha_pattern"]),
      ...(layers !== null && layers !== undefined && { layers: [layers].flat().map(Number) })
    }
    return { kind: "lora", config, weights }
  },
  merge: mergeLora
}
