// The head of a GGUF file: metadata by key and where each tensor lies (github.com/ggml-org/ggml, docs/gguf.md).
import type { FileParts } from "../file-part.ts"
import { ModelError } from "../model-error.ts"

/** A metadata value; 64-bit numbers are numbers here. */
export type GgufValue = number | string | boolean | readonly GgufValue[]

/** A tensor of the file. */
export interface GgufTensor {
  readonly name: string
  /** Outermost axis first, as everywhere here; the file counts the other way round. */
  readonly shape: readonly number[]
  /** ggml's number of the block format. */
  readonly type: number
  /** Where its data begins, in bytes from the start of the file. */
  readonly offset: number
}

/** What the head says. */
export interface GgufHead {
  readonly version: number
  readonly metadata: ReadonlyMap<string, GgufValue>
  readonly tensors: readonly GgufTensor[]
}

const MAGIC = 0x46554747
const STRING = 8
const ARRAY = 9

const bad = (message: string): ModelError =>
  new ModelError("SLUICE_BAD_GGUF", message, {}, "the file is damaged or was cut off: fetch it again")

/** Bytes read ahead of what is asked for: a vocabulary is a hundred thousand short strings. */
const CHUNK = 1 << 22

/** Reads the file from its start to wherever the head ends. */
class Cursor {
  place = 0
  private readonly file: FileParts
  private readonly decoder = new TextDecoder()
  private start = 0
  private chunk = new Uint8Array(0)
  private view = new DataView(this.chunk.buffer)

  constructor(file: FileParts) {
    this.file = file
  }

  /** Steps over `length` bytes and gives where they lie in the chunk. */
  private take(length: number): number {
    const { place } = this
    if (length < 0 || place + length > this.file.size) {
      throw bad(`The head wants ${length} bytes at ${place} of a file of ${this.file.size} bytes.`)
    }
    if (place + length > this.start + this.chunk.length) {
      this.start = place
      this.chunk = this.file.read(place, place + Math.max(length, CHUNK))
      this.view = new DataView(this.chunk.buffer)
    }
    this.place += length
    return place - this.start
  }

  u32(): number {
    const at = this.take(4)
    return this.view.getUint32(at, true)
  }

  u64(): number {
    const at = this.take(8)
    return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 2 ** 32
  }

  text(): string {
    const length = this.u64()
    const at = this.take(length)
    return this.decoder.decode(this.chunk.subarray(at, at + length))
  }

  value(type: number): GgufValue {
    if (type === STRING) return this.text()
    if (type === ARRAY) {
      const item = this.u32()
      const count = this.u64()
      if (count > this.file.size) throw bad(`An array of ${count} items in a file of ${this.file.size} bytes.`)
      return Array.from({ length: count }, () => this.value(item))
    }
    const width = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8][type]
    if (width === undefined) throw bad(`A metadata value has the type ${type}, which GGUF does not have.`)
    const at = this.take(width)
    return scalar(this.view, at, type)
  }
}

const scalar = (view: DataView, at: number, type: number): number | boolean => {
  switch (type) {
    case 0:
      return view.getUint8(at)
    case 1:
      return view.getInt8(at)
    case 2:
      return view.getUint16(at, true)
    case 3:
      return view.getInt16(at, true)
    case 4:
      return view.getUint32(at, true)
    case 5:
      return view.getInt32(at, true)
    case 6:
      return view.getFloat32(at, true)
    case 7:
      return view.getUint8(at) !== 0
    case 10:
      return Number(view.getBigUint64(at, true))
    case 11:
      return Number(view.getBigInt64(at, true))
    default:
      return view.getFloat64(at, true)
  }
}

/** Reads the head; throws `SLUICE_BAD_GGUF` for a file that is none, is cut off, or has a version other than 2 and 3. */
export const readGgufHead = (file: FileParts): GgufHead => {
  const cursor = new Cursor(file)
  if (file.size < 24 || cursor.u32() !== MAGIC) throw bad("The file does not begin with GGUF.")
  const version = cursor.u32()
  if (version !== 2 && version !== 3) throw bad(`GGUF version ${version} is not read; 2 and 3 are.`)
  const tensorCount = cursor.u64()
  const valueCount = cursor.u64()
  const metadata = new Map<string, GgufValue>()
  for (let index = 0; index < valueCount; index++) {
    const key = cursor.text()
    metadata.set(key, cursor.value(cursor.u32()))
  }
  const tensors: GgufTensor[] = []
  for (let index = 0; index < tensorCount; index++) {
    const name = cursor.text()
    const axes = cursor.u32()
    if (axes > 4) throw bad(`Tensor ${name} has ${axes} axes.`)
    const shape = Array.from({ length: axes }, () => cursor.u64()).reverse()
    tensors.push({ name, shape, type: cursor.u32(), offset: cursor.u64() })
  }
  const given = metadata.get("general.alignment")
  const unit = typeof given === "number" && given > 0 ? given : 32
  const start = Math.ceil(cursor.place / unit) * unit
  return { version, metadata, tensors: tensors.map((tensor) => ({ ...tensor, offset: start + tensor.offset })) }
}
