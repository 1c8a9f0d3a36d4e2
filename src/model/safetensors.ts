// Reads and writes safetensors files: an 8-byte length, a JSON header, then the raw little-endian data.
import { readFileSync, writeFileSync } from "node:fs"
import { ModelError } from "./model-error.ts"
import type { Weight, Weights } from "./weights.ts"

const HEADER_LIMIT = 100_000_000

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

/**
 * Serialises weights as F32 (github.com/huggingface/safetensors, README "Format"): names in code-point order, header padded
 * with spaces to a multiple of 8, so equal weights give equal bytes.
 */
export const encodeSafetensors = (weights: Weights, metadata: Readonly<Record<string, string>> = {}): Uint8Array => {
  const names = [...weights.keys()].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0))
  const header: Record<string, unknown> = {}
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata
  let offset = 0
  for (const name of names) {
    const { shape, data } = weights.get(name)!
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const plain = new TextEncoder().encode(JSON.stringify(header))
  const start = 8 + Math.ceil(plain.length / 8) * 8
  const bytes = new Uint8Array(start + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true)
  bytes.fill(0x20, 8, start)
  bytes.set(plain, 8)
  let place = start
  for (const name of names) {
    const { data } = weights.get(name)!
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), place)
    place += data.byteLength
  }
  return bytes
}

const readValues = (bytes: Uint8Array, entry: Entry, start: number, name: string): Float32Array => {
  const [from, to] = entry.data_offsets
  const count = entry.shape.reduce((product, size) => product * size, 1)
  const width = { F64: 8, F32: 4, F16: 2, BF16: 2 }[entry.dtype]
  if (width === undefined) {
    throw new ModelError("SLUICE_BAD_SAFETENSORS", `${name} has dtype ${entry.dtype}; F64, F32, F16 and BF16 are read.`)
  }
  if (to - from !== count * width || start + to > bytes.length || from < 0) {
    throw new ModelError(
      "SLUICE_BAD_SAFETENSORS",
      `${name} of shape [${entry.shape}] and dtype ${entry.dtype} has offsets ${from}–${to}, which do not fit.`
    )
  }
  const buffer = new Uint8Array(bytes.subarray(start + from, start + to)).buffer
  if (entry.dtype === "F32") return new Float32Array(buffer)
  if (entry.dtype === "F64") return Float32Array.from(new Float64Array(buffer))
  if (entry.dtype === "F16") return Float32Array.from(new Float16Array(buffer))
  const halves = new Uint16Array(buffer)
  const words = new Uint32Array(count)
  for (let index = 0; index < count; index++) words[index] = halves[index]! << 16
  return new Float32Array(words.buffer)
}

/** Reads the bytes of a safetensors file, widening F16 and BF16 to f32, of it the weights that are wanted; throws `SLUICE_BAD_SAFETENSORS`. */
export const decodeSafetensors = (
  bytes: Uint8Array,
  isWanted: (name: string) => boolean = () => true
): { readonly weights: Map<string, Weight>; readonly metadata: Record<string, string> } => {
  const length = bytes.length < 8 ? -1 : Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
  if (length < 2 || length > HEADER_LIMIT || 8 + length > bytes.length) {
    throw new ModelError("SLUICE_BAD_SAFETENSORS", `A header of ${length} bytes in a file of ${bytes.length} bytes.`)
  }
  let header: Record<string, unknown>
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)))
  } catch (error) {
    throw new ModelError("SLUICE_BAD_SAFETENSORS", `The header is not JSON: ${(error as Error).message}`)
  }
  const weights = new Map<string, Weight>()
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__" || !isWanted(name)) continue
    const entry = value as Entry
    weights.set(name, { shape: entry.shape, data: readValues(bytes, entry, 8 + length, name) })
  }
  return { weights, metadata: (header.__metadata__ ?? {}) as Record<string, string> }
}

/** Writes weights to `path`. */
export const writeSafetensors = (path: string, weights: Weights, metadata?: Readonly<Record<string, string>>): void =>
  writeFileSync(path, encodeSafetensors(weights, metadata))

/**
 * Reads the weights at `path`; errors name the file.
 *
 * @example
 * import { readSafetensors, writeSafetensors } from "#sluice/model"
 * const path = `${import.meta.dirname}/gate.safetensors`
 * writeSafetensors(path, new Map([["gate.weight", { shape: [1, 2], data: new Float32Array([0.5, -2]) }]]))
 * readSafetensors(path).get("gate.weight") // → { shape: [1, 2], data: [0.5, -2] }
 */
export const readSafetensors = (path: string): Map<string, Weight> => {
  try {
    return decodeSafetensors(readFileSync(path)).weights
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    throw new ModelError(error.code, `${path}: ${error.message}`, { path })
  }
}
