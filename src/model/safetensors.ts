// Reads and writes safetensors files: an 8-byte length, a JSON header, then the raw little-endian data.
import { closeSync, openSync, writeSync } from "node:fs"
import { type FileParts, partsOf, withFileParts } from "./file-part.ts"
import { ModelError } from "./model-error.ts"
import type { Weight, Weights } from "./weights.ts"

const all = (): boolean => true

const HEADER_LIMIT = 100_000_000

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

/** The parts of a file in order: length, header, and the data of each weight as it lies in memory. */
const safetensorsParts = (weights: Weights, metadata: Readonly<Record<string, string>>): Uint8Array[] => {
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
  const head = new Uint8Array(start)
  new DataView(head.buffer).setBigUint64(0, BigInt(start - 8), true)
  head.fill(0x20, 8)
  head.set(plain, 8)
  const datas = names.map((name) => weights.get(name)!.data)
  return [head, ...datas.map((data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))]
}

/**
 * Serialises weights as F32 (github.com/huggingface/safetensors, README "Format"): names in code-point order, header padded
 * with spaces to a multiple of 8, so equal weights give equal bytes.
 */
export const encodeSafetensors = (weights: Weights, metadata: Readonly<Record<string, string>> = {}): Uint8Array =>
  Buffer.concat(safetensorsParts(weights, metadata))

/** f32 of bytes in a buffer of their own; F32 is that buffer, others are widened. */
const widened = (dtype: string, buffer: ArrayBuffer): Float32Array => {
  if (dtype === "F32") return new Float32Array(buffer)
  if (dtype === "F64") return Float32Array.from(new Float64Array(buffer))
  if (dtype === "F16") return new Float32Array(new Float16Array(buffer))
  return widenBfloat16(new Uint16Array(buffer))
}

/** BF16 is the upper half of an f32. */
export const widenBfloat16 = (halves: Uint16Array): Float32Array => {
  const words = new Uint32Array(halves.length)
  for (let index = 0; index < halves.length; index++) words[index] = halves[index]! << 16
  return new Float32Array(words.buffer)
}

const readValues = (file: FileParts, entry: Entry, start: number, name: string): Float32Array => {
  const [from, to] = entry.data_offsets
  const count = entry.shape.reduce((product, size) => product * size, 1)
  const width = { F64: 8, F32: 4, F16: 2, BF16: 2 }[entry.dtype]
  if (width === undefined) {
    throw new ModelError("SLUICE_BAD_SAFETENSORS", `${name} has dtype ${entry.dtype}; F64, F32, F16 and BF16 are read.`)
  }
  if (to - from !== count * width || start + to > file.size || from < 0) {
    throw new ModelError(
      "SLUICE_BAD_SAFETENSORS",
      `${name} of shape [${entry.shape}] and dtype ${entry.dtype} has offsets ${from}–${to}, which do not fit in ` +
        `${file.size - start} bytes of data.`,
      {},
      "the file is damaged or was cut off: fetch it again"
    )
  }
  return widened(entry.dtype, file.read(start + from, start + to).buffer)
}

const decode = (
  file: FileParts,
  isWanted: (name: string) => boolean
): { readonly weights: Map<string, Weight>; readonly metadata: Record<string, string> } => {
  const first = file.read(0, 8)
  const length = first.length < 8 ? -1 : Number(new DataView(first.buffer).getBigUint64(0, true))
  if (length < 2 || length > HEADER_LIMIT || 8 + length > file.size) {
    throw new ModelError("SLUICE_BAD_SAFETENSORS", `A header of ${length} bytes in a file of ${file.size} bytes.`)
  }
  let header: Record<string, unknown>
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.read(8, 8 + length)))
  } catch (error) {
    throw new ModelError("SLUICE_BAD_SAFETENSORS", `The header is not JSON: ${(error as Error).message}`)
  }
  const weights = new Map<string, Weight>()
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__" || !isWanted(name)) continue
    const entry = value as Entry
    weights.set(name, { shape: entry.shape, data: readValues(file, entry, 8 + length, name) })
  }
  return { weights, metadata: (header.__metadata__ ?? {}) as Record<string, string> }
}

/**
 * Reads the bytes of a safetensors file, of it the weights that are wanted, widening F16 and BF16 to f32; throws
 * `SLUICE_BAD_SAFETENSORS`.
 */
export const decodeSafetensors = (
  bytes: Uint8Array,
  isWanted: (name: string) => boolean = all
): { readonly weights: Map<string, Weight>; readonly metadata: Record<string, string> } =>
  decode(partsOf(bytes), isWanted)

/** Writes weights to `path`, one after the other, so that they are not held twice. */
export const writeSafetensors = (
  path: string,
  weights: Weights,
  metadata: Readonly<Record<string, string>> = {}
): void => {
  const descriptor = openSync(path, "w")
  try {
    for (const part of safetensorsParts(weights, metadata)) {
      for (let place = 0; place < part.length; ) {
        place += writeSync(descriptor, part, place, Math.min(2 ** 30, part.length - place))
      }
    }
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Reads the weights at `path`, one after the other into memory of their own; errors name the file.
 *
 * @example
 * import { readSafetensors, writeSafetensors } from "#sluice/model"
 * const path = `${import.meta.dirname}/gate.safetensors`
 * writeSafetensors(path, new Map([["gate.weight", { shape: [1, 2], data: new Float32Array([0.5, -2]) }]]))
 * readSafetensors(path).get("gate.weight") // → { shape: [1, 2], data: [0.5, -2] }
 */
export const readSafetensors = (path: string): Map<string, Weight> => {
  try {
    return withFileParts(path, (file) => decode(file, all).weights)
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    throw new ModelError(error.code, `${path}: ${error.message}`, { path }, error.hint)
  }
}
