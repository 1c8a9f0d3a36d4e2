// One adapter of each kind and setting worth telling apart, with the weights that record-peft.py gave it.
import {
  createBottleneck,
  createIa3,
  createLora,
  createPrefix,
  createPrompt,
  createPTuning,
  type SingleAdapter
} from "../../../../src/model/index.ts"
import type { AdaptedModel } from "../../../../src/model/train/adapters/adapter.ts"
import type { Weight } from "../../../../src/model/weights.ts"
import { madeWeight, madeWeights, recordedModel } from "./made-weights.ts"

export interface AdapterCase {
  readonly name: string
  readonly model: AdaptedModel
  readonly adapter: SingleAdapter
}

const made = (model: AdaptedModel, create: (model: AdaptedModel) => SingleAdapter): SingleAdapter => {
  const adapter = create(model)
  return { ...adapter, weights: madeWeights(adapter.weights) } as SingleAdapter
}

/** Columns or rows of PEFT's one tensor, which a prefix keeps apart by layer and side. */
const prefixWeights = (adapter: SingleAdapter, projection: boolean): SingleAdapter => {
  const name = projection ? "transform.2.weight" : "prompt_embeddings"
  const parts = [...adapter.weights.keys()].filter((key) => /^\d\.(key|value)(\.weight)?$/.test(key))
  const [rows, width] = adapter.weights.get(parts[0]!)!.shape as [number, number]
  const whole = projection
    ? madeWeight(name, [parts.length * rows, width])
    : madeWeight(name, [rows, parts.length * width])
  const bias = madeWeight("transform.2.bias", [parts.length * rows])
  const weights = new Map<string, Weight>(madeWeights(adapter.weights))
  parts.forEach((key, place) => {
    const data = Float32Array.from({ length: rows * width }, (_, at) => {
      const from = projection ? place * rows * width + at : Math.floor(at / width) * parts.length * width
      return whole.data[projection ? from : from + place * width + (at % width)]!
    })
    weights.set(key, { shape: [rows, width], data })
    if (!projection) return
    weights.set(key.replace("weight", "bias"), {
      shape: [rows],
      data: bias.data.slice(place * rows, (place + 1) * rows)
    })
  })
  return { ...adapter, weights } as SingleAdapter
}

const llama = recordedModel()
const qwen2 = recordedModel("qwen2")
const tied = recordedModel("llama", true)
const rank = { rank: 4, alpha: 8 }
const three = ["q_proj", "v_proj", "down_proj"]

const make = (name: string, model: AdaptedModel, create: (model: AdaptedModel) => SingleAdapter): AdapterCase => ({
  name,
  model,
  adapter: made(model, create)
})

export const adapterCases: readonly AdapterCase[] = [
  make("lora", llama, (model) => createLora(model, rank)),
  make("lora-all", llama, (model) =>
    createLora(model, {
      ...rank,
      rankStabilised: true,
      targets: "all-linear",
      rankPattern: { "layers.0.self_attn.q_proj": 2, down_proj: 3 },
      alphaPattern: { v_proj: 16 }
    })
  ),
  make("lora-layer", llama, (model) => createLora(model, { ...rank, targets: ["q_proj", "k_proj"], layers: [1] })),
  make("lora-pattern", llama, (model) => createLora(model, { ...rank, targets: ".*\\.1\\..*\\.(q|k)_proj" })),
  make("lora-head", tied, (model) => createLora(model, { ...rank, targets: ["lm_head"] })),
  make("lora-embeddings", llama, (model) => createLora(model, { ...rank, targets: ["embed_tokens", "v_proj"] })),
  make("lora-tied-embeddings", tied, (model) => createLora(model, { ...rank, targets: ["embed_tokens", "v_proj"] })),
  make("lora-bias", qwen2, (model) => createLora(model, { ...rank, bias: "all", targets: ["q_proj", "o_proj"] })),
  make("lora-own-bias", qwen2, (model) =>
    createLora(model, { ...rank, bias: "lora_only", targets: ["q_proj", "o_proj"] })
  ),
  make("lora-saved", llama, (model) => createLora(model, { ...rank, modulesToSave: ["lm_head", "norm"] })),
  make("lora-saved-tied", tied, (model) => createLora(model, { ...rank, modulesToSave: ["embed_tokens"] })),
  make("lora-saved-head", tied, (model) => createLora(model, { ...rank, modulesToSave: ["lm_head"] })),
  make("ia3-saved", llama, (model) => createIa3(model, { modulesToSave: ["embed_tokens", "o_proj"] })),
  make("dora", llama, (model) => createLora(model, { ...rank, dora: true, targets: three })),
  make("dora-qwen2", qwen2, (model) => createLora(model, { ...rank, dora: true })),
  make("ia3", llama, createIa3),
  make("ia3-qwen2", qwen2, createIa3),
  make("prompt", llama, (model) => createPrompt(model, { tokens: 3 })),
  make("p-tuning", llama, (model) => createPTuning(model, { tokens: 3, encoderHidden: 8 })),
  { name: "prefix", model: llama, adapter: prefixWeights(createPrefix(llama, { tokens: 3 }), false) },
  {
    name: "prefix-projection",
    model: llama,
    adapter: prefixWeights(createPrefix(llama, { tokens: 3, projection: true, encoderHidden: 6 }), true)
  },
  ...(["houlsby", "pfeiffer", "parallel"] as const).map((layout) =>
    make(`bottleneck-${layout}`, llama, (model) => createBottleneck(model, { layout, reduction: 4 }))
  )
]
