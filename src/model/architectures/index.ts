// The list of families of models. A new one is a file, a line here, and its test.
import type { Architecture, ConfigJson, ModelConfig } from "./architecture.ts"
import { unsupported } from "./config-fields.ts"
import { gemma } from "./gemma.ts"
import { gpt2 } from "./gpt2.ts"
import { llama } from "./llama.ts"
import { mistral } from "./mistral.ts"
import { qwen2 } from "./qwen2.ts"
import { qwen3 } from "./qwen3.ts"

const list = [llama, qwen2, qwen3, mistral, gemma, gpt2] as const

type ShapeFrom<Family> = Family extends Architecture<infer _Kind, infer Shape, infer _Config> ? Shape : never

/** What must be said about a new model of any family; Llama if no `architecture` is named. */
export type AnyShape = ShapeFrom<(typeof list)[number]>

/** Every family by its kind. */
export const architectures: ReadonlyMap<string, Architecture> = new Map(
  list.map((family) => [family.kind, family as unknown as Architecture])
)

/** The family of a model. */
export const architectureOf = ({ architecture }: Pick<ModelConfig, "architecture">): Architecture => {
  const found = architectures.get(architecture)
  if (found !== undefined) return found
  throw unsupported(`"${architecture}" is no family of models here; ${[...architectures.keys()].join(", ")} are.`)
}

/** Fills the defaults of a shape's family. Throws `SLUICE_BAD_MODEL_SHAPE` and `SLUICE_UNSUPPORTED_MODEL`. */
export const modelConfig = (shape: AnyShape): ModelConfig =>
  architectureOf({ architecture: shape.architecture ?? "llama" }).config(shape)

/** The config.json of transformers for this model. */
export const toConfigJson = (config: ModelConfig): ConfigJson => architectureOf(config).toJson(config)

/**
 * Reads a config.json. Throws `SLUICE_UNSUPPORTED_MODEL` for other families, activations and rotary types, and
 * `SLUICE_BAD_MODEL_SHAPE` where a size is missing.
 */
export const fromConfigJson = (json: ConfigJson): ModelConfig => {
  const family = architectures.get(String(json["model_type"]))
  if (family === undefined) {
    const known = [...architectures.keys()].map((kind) => `"${kind}"`).join(", ")
    throw unsupported(`model_type "${json["model_type"]}" is not supported; ${known} are.`)
  }
  if (json["quantization_config"] !== undefined && json["quantization_config"] !== null) {
    throw unsupported(
      "Weights quantised by quantization_config are not read; safetensors of F32, F16 and BF16, and GGUF files are."
    )
  }
  return family.fromJson(json)
}

/** Name and shape of every weight of a model. */
export const weightShapes = (config: ModelConfig): Map<string, number[]> => architectureOf(config).weightShapes(config)

/** Paths of the linear layers of layer `index`, in the order of the forward pass. */
export const linearModules = (config: ModelConfig, index: number): string[] => {
  const { linear, names } = architectureOf(config)
  return linear.map((module) => `${names.layers}.${index}.${module}`)
}

/** Name of the weight of the embeddings. */
export const embeddingsName = (config: ModelConfig): string => `${architectureOf(config).names.embeddings}.weight`

/** Tokens that a token of this model sees, all before it if undefined. */
export const windowOf = (config: ModelConfig): number | undefined => architectureOf(config).window?.(config)
