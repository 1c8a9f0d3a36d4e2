// Small BERT encoders as folders, with weights by the formula that bench/conformance/record_embeddings.py has.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { bertWeightShapes, readBertConfig } from "../../../src/model/encoder/bert-config.ts"
import { type Weight, writeSafetensors } from "../../../src/model/index.ts"

interface SmallShape {
  readonly hidden_act: string
  readonly layers: number
  readonly heads: number
  readonly pooling: "mean" | "first" | "max"
  readonly vectors: ReadonlyArray<string>
}

interface Recorded {
  readonly tokenizer: { readonly model: { readonly vocab: Readonly<Record<string, number>> } }
  readonly texts: ReadonlyArray<{ readonly text: string; readonly ids: ReadonlyArray<number> }>
  readonly small: { readonly [name: string]: SmallShape }
  readonly real: ReadonlyArray<{ readonly text: string; readonly vector: string }>
}

export const recorded = JSON.parse(readFileSync(join(import.meta.dirname, "recorded.json"), "utf8")) as Recorded

export const vectorOf = (base64: string): Float32Array =>
  new Float32Array(new Uint8Array(Buffer.from(base64, "base64")).buffer)

const weight = (name: string, shape: readonly number[]): Weight => {
  const start = [...name].reduce((sum, letter, i) => sum + (i + 1) * letter.charCodeAt(0), 0) % 1000
  const gain = name.endsWith("LayerNorm.weight") ? 1 : 0
  const count = shape.reduce((product, size) => product * size, 1)
  return { shape, data: Float32Array.from({ length: count }, (_, i) => gain + Math.sin(0.7 * i + start) * 0.2) }
}

const modes = {
  mean: "pooling_mode_mean_tokens",
  first: "pooling_mode_cls_token",
  max: "pooling_mode_max_tokens"
}

/** Writes a recorded encoder's folder; `prefix` stands before the names of its weights. */
export const writeEncoder = (folder: string, name: string, prefix = "", more: object = {}): string => {
  const { hidden_act, layers, heads, pooling } = recorded.small[name]!
  const config = {
    model_type: "bert",
    hidden_act,
    vocab_size: Math.max(...Object.values(recorded.tokenizer.model.vocab)) + 1,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    max_position_embeddings: 48,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    ...more
  }
  mkdirSync(join(folder, "1_Pooling"), { recursive: true })
  const write = (file: string, value: unknown) => writeFileSync(join(folder, file), JSON.stringify(value))
  write("config.json", config)
  write("tokenizer.json", recorded.tokenizer)
  write("1_Pooling/config.json", { [modes[pooling]]: true })
  const shapes = bertWeightShapes(readBertConfig({ config: { ...config, model_type: "bert" } }))
  const weights = [...shapes].map(([one, shape]) => [prefix + one, weight(one, shape)] as const)
  writeSafetensors(join(folder, "model.safetensors"), new Map(weights))
  return folder
}
