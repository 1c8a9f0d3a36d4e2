// Writes a model as the bytes of a GGUF file, so that tests can damage one; only what they need of the format.
import type { DecoderConfig } from "../../../src/model/architectures/decoder-config.ts"
import type { CausalModel } from "../../../src/model/index.ts"

type Value = number | string | boolean | readonly number[] | readonly string[] | { readonly float: number }

/** Bytes of one tensor in ggml's format `type`. */
export interface Stored {
  readonly type: number
  readonly bytes: Uint8Array
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])

const valueBytes = (value: Value): Buffer => {
  if (typeof value === "number") return Buffer.concat([u32(4), u32(value)])
  if (typeof value === "string") return Buffer.concat([u32(8), text(value)])
  if (typeof value === "boolean") return Buffer.concat([u32(7), Buffer.of(value ? 1 : 0)])
  if ("float" in value) return Buffer.concat([u32(6), Buffer.from(Float32Array.of(value.float).buffer)])
  const items = value.map((item) => (typeof item === "string" ? text(item) : u32(item)))
  return Buffer.concat([u32(9), u32(typeof value[0] === "string" ? 8 : 5), u64(value.length), ...items])
}

const names: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens/, "token_embd"],
  [/^model\.norm/, "output_norm"],
  [/^lm_head/, "output"],
  [/^model\.layers\.(\d+)\.input_layernorm/, "blk.$1.attn_norm"],
  [/^model\.layers\.(\d+)\.post_attention_layernorm/, "blk.$1.ffn_norm"],
  [/^model\.layers\.(\d+)\.self_attn\.([qk])_norm/, "blk.$1.attn_$2_norm"],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj/, "blk.$1.attn_output"],
  [/^model\.layers\.(\d+)\.self_attn\.([qkv])_proj/, "blk.$1.attn_$2"],
  [/^model\.layers\.(\d+)\.mlp\.(gate|up|down)_proj/, "blk.$1.ffn_$2"]
]

/** Rows of one head as convert_hf_to_gguf.py leaves them: from halves to pairs. */
const inPairs = (data: Float32Array, rows: number, headDim: number): Float32Array => {
  const width = data.length / rows
  const moved = new Float32Array(data.length)
  for (let row = 0; row < rows; row++) {
    const [head, inner] = [Math.floor(row / headDim), row % headDim]
    const from = head * headDim + (inner % 2) * (headDim / 2) + Math.floor(inner / 2)
    moved.set(data.subarray(from * width, (from + 1) * width), row * width)
  }
  return moved
}

const plain = (data: Float32Array): Stored => ({ type: 0, bytes: new Uint8Array(data.slice().buffer) })

interface Bpe {
  readonly vocab: Readonly<Record<string, number>>
  readonly merges: readonly (readonly [string, string])[]
}

export interface GgufChanges {
  readonly metadata?: Readonly<Record<string, Value | undefined>>
  /** How a tensor is stored, by its name in the file. */
  readonly store?: (name: string, data: Float32Array) => Stored | undefined
  readonly without?: readonly string[]
  readonly more?: Readonly<Record<string, Float32Array>>
}

/** The model as a GGUF file; `architecture` llama turns queries and keys into pairs. */
export const ggufBytes = (model: CausalModel, architecture: string, changes: GgufChanges = {}): Buffer => {
  const { weights, tokenizer } = model
  const config = model.config as DecoderConfig
  const { vocab, merges } = tokenizer.definition.model as unknown as Bpe
  const tokens: string[] = []
  for (const [text, id] of Object.entries(vocab)) tokens[id] = text
  const specials = new Set((tokenizer.definition.added_tokens ?? []).map(({ id }) => id))
  const metadata: Record<string, Value | undefined> = {
    "general.architecture": architecture,
    [`${architecture}.block_count`]: config.layers,
    [`${architecture}.context_length`]: config.maxPositions,
    [`${architecture}.embedding_length`]: config.hiddenSize,
    [`${architecture}.feed_forward_length`]: config.intermediateSize,
    [`${architecture}.attention.head_count`]: config.heads,
    [`${architecture}.attention.head_count_kv`]: config.kvHeads,
    [`${architecture}.attention.key_length`]: config.headDim,
    [`${architecture}.attention.layer_norm_rms_epsilon`]: { float: config.rmsNormEpsilon },
    [`${architecture}.rope.freq_base`]: { float: config.ropeTheta },
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": tokens,
    "tokenizer.ggml.token_type": tokens.map((_, id) => (specials.has(id) ? 3 : 1)),
    "tokenizer.ggml.merges": merges.map(([left, right]) => `${left} ${right}`),
    "tokenizer.ggml.eos_token_id": config.eosIds[0],
    "tokenizer.ggml.eot_token_id": config.eosIds[1],
    "tokenizer.chat_template": tokenizer.settings["chat_template"] as string | undefined,
    ...changes.metadata
  }
  const tensors: { readonly name: string; readonly shape: readonly number[]; readonly stored: Stored }[] = []
  for (const [name, { shape, data }] of weights) {
    const [pattern, short] = names.find(([one]) => one.test(name))!
    const own = name.replace(pattern, short)
    if (changes.without?.includes(own)) continue
    const turned = architecture === "llama" && /\.attn_[qk]\./.test(own)
    const kept = turned ? inPairs(data, shape[0]!, config.headDim) : data
    tensors.push({ name: own, shape, stored: changes.store?.(own, kept) ?? plain(kept) })
  }
  for (const [name, data] of Object.entries(changes.more ?? {})) {
    tensors.push({ name, shape: [data.length], stored: plain(data) })
  }
  const entries = Object.entries(metadata).filter((entry): entry is [string, Value] => entry[1] !== undefined)
  const head: Buffer[] = [Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(entries.length)]
  for (const [key, value] of entries) head.push(text(key), valueBytes(value))
  const datas: Buffer[] = []
  let offset = 0
  for (const { name, shape, stored } of tensors) {
    const axes = shape.toReversed().map(u64)
    head.push(text(name), u32(shape.length), ...axes, u32(stored.type), u64(offset))
    const size = Math.ceil(stored.bytes.length / 32) * 32
    datas.push(Buffer.concat([stored.bytes], size))
    offset += size
  }
  const start = Buffer.concat(head)
  return Buffer.concat([Buffer.concat([start], Math.ceil(start.length / 32) * 32), ...datas])
}
