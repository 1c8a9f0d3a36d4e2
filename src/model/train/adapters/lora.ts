// LoRA: a low-rank correction next to frozen linear layers (Hu et al., arXiv 2106.09685), and DoRA, which scales its rows.
import type { ModelConfig } from "../../architectures/architecture.ts"
import { architectureOf, embeddingsName } from "../../architectures/index.ts"
import { ModelError } from "../../model-error.ts"
import { seededRandom } from "../../random.ts"
import type { Weight } from "../../weights.ts"
import { add, affine, detach, divide, matmul, multiply, subtract } from "../operation.ts"
import type { Tensor, TensorGraph } from "../tensor-graph.ts"
import type { AdapterMethod, AdapterOf, LinearSite, MergeTarget } from "./adapter.ts"
import { correctedEmbedding, embeddingOf, embeddingShape, embeddingWeights, mergeEmbedding } from "./lora-embedding.ts"
import { mergeLinear, rowNorms } from "./lora-merge.ts"
import { isFilled, numbersOf } from "./peft-fields.ts"
import {
  isReplaced,
  mergeReplaced,
  replacedFromPeft,
  replacedShape,
  replacedToPeft,
  replacedWeights,
  type Replacing,
  standIns
} from "./replaced.ts"
import { byPattern, isFanned, linearSize, linearSizeOf, type Targets, targetModules } from "./targets.ts"

/** Settings of a LoRA adapter. */
export interface LoraConfig extends Replacing {
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
 * DoRA, `<module>.lora_magnitude_vector` [out]; for embeddings `<module>.lora_embedding_A` [rank, vocabulary] and
 * `<module>.lora_embedding_B` [hidden, rank]. Biases and modules that are trained whole have the model's names.
 */
export type LoraAdapter = AdapterOf<"lora", LoraConfig>

const suffix = ".lora_A.weight"

/** The factor of a module's correction: α/r, or α/√r when rank-stabilised. */
export const loraScale = (config: LoraConfig, module: string): number => {
  const rank = byPattern(config.rankPattern, module, config.rank)
  const alpha = byPattern(config.alphaPattern, module, config.alpha)
  return alpha / (config.rankStabilised ? Math.sqrt(rank) : rank)
}

/** What `createLora` may be told; the rest has PEFT's defaults. */
export type LoraOptions = Partial<LoraConfig> & { readonly seed?: number }

/**
 * A fresh adapter: A uniform in ±1/√in (PEFT's Kaiming start with a = √5), B zero, so that it changes nothing yet; with
 * `dora`, magnitudes are the lengths of the rows of the model's weights, which must then be given, as for `bias` and
 * `modulesToSave`, which train some of them whole. On embeddings (`embed_tokens`) A is zero and B normal.
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
  const { query, value, embeddings } = architectureOf(model.config).names
  const config: LoraConfig = {
    rank: 8,
    alpha: 8,
    targets: [...new Set([query, value])],
    rankStabilised: false,
    dropout: 0,
    dora: false,
    rankPattern: {},
    alphaPattern: {},
    bias: "none",
    modulesToSave: [],
    ...given
  }
  const weights = new Map<string, Weight>()
  const modules = targetModules(model.config, config.targets, config.layers)
  for (const module of modules) {
    const [out, width] = linearSize(model.config, module)
    const rank = byPattern(config.rankPattern, module, config.rank)
    if (module === embeddings) {
      if (config.dora) throw new ModelError("SLUICE_BAD_ADAPTER", `DoRA on embeddings (${module}) is not supported.`)
      for (const [name, weight] of embeddingWeights(module, [out, width], rank, seed)) weights.set(name, weight)
      continue
    }
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
  for (const [name, weight] of replacedWeights(model, config, modules)) weights.set(name, weight)
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

/** All corrections and whole weights, in the model's own. */
const mergeLora = (target: MergeTarget, { config, weights }: LoraAdapter): MergeTarget => {
  let result = target
  for (const [name, down] of weights) {
    const embedding = embeddingOf(name)
    if (embedding !== undefined && name.endsWith("A")) {
      result = mergeEmbedding(result, weights, embedding, loraScale(config, embedding))
    }
    if (!name.endsWith(suffix)) continue
    const module = name.slice(0, -suffix.length)
    const up = weights.get(`${module}.lora_B.weight`)
    const magnitudes = weights.get(`${module}.lora_magnitude_vector`)
    result = mergeLinear(result, { module, down, up, magnitudes, scale: loraScale(config, module) })
  }
  return mergeReplaced(result, weights)
}

/** Modules that have a correction. */
const corrected = (weights: LoraAdapter["weights"]): string[] =>
  [...weights.keys()].flatMap((name) => {
    if (name.endsWith(suffix)) return name.slice(0, -suffix.length)
    return name.endsWith("A") ? (embeddingOf(name) ?? []) : []
  })

/** As PEFT takes them: it wants a list where layers are named, so a pattern's modules are then written out. */
const writtenTargets = ({ targets, layers }: LoraConfig, weights: LoraAdapter["weights"]): string | string[] => {
  if (typeof targets !== "string") return [...targets].sort()
  if (layers === undefined) return targets
  return corrected(weights).sort()
}

/** LoRA and DoRA: y + scale · (x Aᵀ) Bᵀ on every module that has both matrices. */
export const lora: AdapterMethod<"lora", LoraConfig> = {
  kind: "lora",
  peftType: "LORA",
  shapeOf: (model, name) => {
    const [, module = "", part] = /^(.*)\.(lora_A\.weight|lora_B\.weight|lora_magnitude_vector)$/.exec(name) ?? []
    if (part === undefined) return embeddingShape(model, name) ?? replacedShape(model, name)
    const size = linearSizeOf(model, module)
    if (size === undefined) return undefined
    if (part === "lora_A.weight") return [undefined, size[1]]
    return part === "lora_B.weight" ? [size[0], undefined] : [size[0]]
  },
  build: ({ graph, config, tensors, noise }) => ({
    replaced: standIns(tensors),
    embed: (site) => correctedEmbedding(graph, site, tensors, loraScale(config, site.module)),
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
      bias: config.bias,
      fan_in_fan_out: model !== undefined && isFanned(model),
      target_modules: writtenTargets(config, weights),
      modules_to_save: config.modulesToSave.length === 0 ? null : config.modulesToSave,
      init_lora_weights: true,
      use_rslora: config.rankStabilised,
      use_dora: config.dora,
      rank_pattern: config.rankPattern,
      alpha_pattern: config.alphaPattern,
      layers_to_transform: typeof config.targets === "string" ? null : (config.layers ?? null),
      layers_pattern: null
    },
    weights: replacedToPeft(weights, corrected(weights))
  }),
  fromPeft: ({ json, weights: files }, refused) => {
    if (isFilled(json["layer_replication"])) refused.push("layer_replication")
    if (isFilled(json["trainable_token_indices"])) refused.push("trainable_token_indices")
    if (isFilled(json["target_parameters"])) refused.push("target_parameters")
    if (json["lora_bias"] === true) refused.push("lora_bias")
    const named = json["target_modules"]
    const layers = json["layers_to_transform"]
    const { weights, ...whole } = replacedFromPeft(json, files, refused)
    for (const name of weights.keys()) {
      if (!/\.lora_([AB]\.weight|magnitude_vector|embedding_[AB])$/.test(name) && !isReplaced(name)) refused.push(name)
    }
    if (json["use_dora"] === true && [...weights.keys()].some(embeddingOf)) refused.push("DoRA on embeddings")
    const config: LoraConfig = {
      rank: Number(json["r"]),
      alpha: Number(json["lora_alpha"] ?? 8),
      targets: typeof named === "string" ? named : Array.isArray(named) ? named.map(String) : [],
      rankStabilised: json["use_rslora"] === true,
      dropout: Number(json["lora_dropout"] ?? 0),
      dora: json["use_dora"] === true,
      rankPattern: numbersOf(json["rank_pattern"]),
      alphaPattern: numbersOf(json["alpha_pattern"]),
      ...whole,
      ...(layers !== null && layers !== undefined && { layers: [layers].flat().map(Number) })
    }
    return { kind: "lora", config, weights }
  },
  merge: mergeLora
}
