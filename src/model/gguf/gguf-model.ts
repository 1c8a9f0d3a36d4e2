// A model from a GGUF file: weights widened to f32 under their Hugging Face names, tokenizer and template from its metadata.
import { type FileParts, withFileParts } from "../file-part.ts"
import type { ModelConfig } from "../architectures/architecture.ts"
import type { DecoderConfig } from "../architectures/decoder-config.ts"
import { weightShapes } from "../architectures/index.ts"
import { checkModel, type CausalModel, misshapen } from "../model.ts"
import { ModelError } from "../model-error.ts"
import type { Weight } from "../weights.ts"
import { dequantize, formatName, quantizedBytes } from "./dequantize.ts"
import { ggufConfig, ggufName, isInterleaved, stretchingOf } from "./gguf-config.ts"
import { type GgufHead, type GgufTensor, readGgufHead } from "./gguf-file.ts"
import { ggufTokenizer } from "./gguf-tokenizer.ts"

/**
 * Puts rows of interleaved rotary pairs, as converters write Llama's queries and keys, back into halves: within a head of
 * width d, row 2·i + j becomes row j·d/2 + i.
 */
const inHalves = (data: Float32Array<ArrayBuffer>, headDim: number, rows: number): Float32Array<ArrayBuffer> => {
  const width = data.length / rows
  const moved = new Float32Array(data.length)
  for (let row = 0; row < rows; row++) {
    const inner = row % headDim
    const target = row - inner + (inner & 1) * (headDim / 2) + (inner >> 1)
    moved.set(data.subarray(row * width, (row + 1) * width), target * width)
  }
  return moved
}

const readTensor = (file: FileParts, { name, shape, type, offset }: GgufTensor): Float32Array<ArrayBuffer> => {
  const count = shape.reduce((product, size) => product * size, 1)
  const bytes = file.read(offset, offset + quantizedBytes(type, count, name))
  if (bytes.length === quantizedBytes(type, count, name)) return dequantize(type, bytes, count, name)
  throw new ModelError(
    "SLUICE_BAD_GGUF",
    `${name} of shape [${shape}] and format ${formatName(type)} ends after the file's ${file.size} bytes.`,
    { name },
    "the file is damaged or was cut off: fetch it again"
  )
}

const readWeights = (file: FileParts, head: GgufHead, config: ModelConfig): Map<string, Weight> => {
  const tensors = new Map(head.tensors.map((tensor) => [tensor.name, tensor]))
  const weights = new Map<string, Weight>()
  for (const [name, shape] of weightShapes(config)) {
    const tensor = tensors.get(ggufName(head, name))
    if (tensor === undefined || tensor.shape.join() !== shape.join()) {
      throw misshapen("SLUICE_BAD_GGUF", ggufName(head, name), shape, tensor?.shape)
    }
    const data = readTensor(file, tensor)
    weights.set(name, { shape, data: isInterleaved(head, name) ? inHalves(data, config.headDim, shape[0]!) : data })
  }
  return weights
}

const stretched = (file: FileParts, head: GgufHead, config: ModelConfig): ModelConfig => {
  const divisors = head.tensors.find(({ name }) => name === "rope_freqs.weight")
  if (divisors === undefined) return config
  const rotary = config as DecoderConfig
  const turned: DecoderConfig = { ...rotary, ropeScaling: stretchingOf(rotary, readTensor(file, divisors)) }
  return turned
}

/**
 * Loads a GGUF file: Llama (with SmolLM) and Qwen 2, tensors of F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K
 * and Q6_K. Throws `SLUICE_BAD_GGUF`, `SLUICE_UNSUPPORTED_MODEL`, `SLUICE_UNSUPPORTED_TOKENIZER`, `SLUICE_BAD_TOKENIZER`,
 * `SLUICE_TOKENIZER_MISMATCH` and `SLUICE_BAD_WEIGHTS`, each naming the file.
 */
export const loadGguf = (path: string): CausalModel => {
  try {
    return withFileParts(path, (file) => {
      const head = readGgufHead(file)
      const config = stretched(file, head, ggufConfig(head))
      const tokenizer = ggufTokenizer(head.metadata)
      const weights = readWeights(file, head, config)
      const model = { config, weights, tokenizer }
      checkModel(model)
      return model
    })
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    throw new ModelError(error.code, `${path}: ${error.message}`, { path, ...error.evidence }, error.hint)
  }
}
