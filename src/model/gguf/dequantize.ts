// Block formats of GGUF tensors, widened to f32 as ggml defines them (github.com/ggml-org/ggml, ggml-quants.c).
import { ModelError } from "../model-error.ts"
import { widenBfloat16 } from "../safetensors.ts"

/** A block: how many values it holds in how many bytes, and how it is widened. */
interface Format {
  readonly name: string
  readonly values: number
  readonly bytes: number
  /** Widens all blocks of `bytes` into `out`. */
  readonly widen: (bytes: Uint8Array<ArrayBuffer>, out: Float32Array) => void
}

/** f32 of every f16 bit pattern. */
const halves = new Float32Array(new Float16Array(Uint16Array.from({ length: 65_536 }, (_, bits) => bits).buffer))

/** Widens block after block; `one` is given where the block begins and where its values go. */
const blocks =
  (
    values: number,
    bytes: number,
    one: (from: Uint8Array, at: number, half: Float32Array, out: Float32Array, to: number) => void
  ): Format["widen"] =>
  (from, out) => {
    const count = out.length / values
    for (let block = 0; block < count; block++) one(from, block * bytes, halves, out, block * values)
  }

const halfAt = (from: Uint8Array, at: number, half: Float32Array): number => half[from[at]! | (from[at + 1]! << 8)]!

/** d · (q − 8), 4 bits each: the low halves of 16 bytes, then the high ones. */
const q4_0 = blocks(32, 18, (from, at, half, out, to) => {
  const d = halfAt(from, at, half)
  for (let i = 0; i < 16; i++) {
    const pair = from[at + 2 + i]!
    out[to + i] = d * ((pair & 15) - 8)
    out[to + 16 + i] = d * ((pair >> 4) - 8)
  }
})

/** d · q + m. */
const q4_1 = blocks(32, 20, (from, at, half, out, to) => {
  const d = halfAt(from, at, half)
  const m = halfAt(from, at + 2, half)
  for (let i = 0; i < 16; i++) {
    const pair = from[at + 4 + i]!
    out[to + i] = d * (pair & 15) + m
    out[to + 16 + i] = d * (pair >> 4) + m
  }
})

const wordAt = (from: Uint8Array, at: number): number =>
  from[at]! | (from[at + 1]! << 8) | (from[at + 2]! << 16) | (from[at + 3]! << 24)

/** d · (q − 16), the fifth bits apart in one word. */
const q5_0 = blocks(32, 22, (from, at, half, out, to) => {
  const d = halfAt(from, at, half)
  const high = wordAt(from, at + 2)
  for (let i = 0; i < 16; i++) {
    const pair = from[at + 6 + i]!
    out[to + i] = d * (((pair & 15) | (((high >>> i) & 1) << 4)) - 16)
    out[to + 16 + i] = d * (((pair >> 4) | (((high >>> (i + 16)) & 1) << 4)) - 16)
  }
})

/** d · q + m with a fifth bit. */
const q5_1 = blocks(32, 24, (from, at, half, out, to) => {
  const d = halfAt(from, at, half)
  const m = halfAt(from, at + 2, half)
  const high = wordAt(from, at + 4)
  for (let i = 0; i < 16; i++) {
    const pair = from[at + 8 + i]!
    out[to + i] = d * ((pair & 15) | (((high >>> i) & 1) << 4)) + m
    out[to + 16 + i] = d * ((pair >> 4) | (((high >>> (i + 16)) & 1) << 4)) + m
  }
})

const signed = (byte: number): number => (byte << 24) >> 24

/** d · q with q a signed byte. */
const q8_0 = blocks(32, 34, (from, at, half, out, to) => {
  const d = halfAt(from, at, half)
  for (let i = 0; i < 32; i++) out[to + i] = d * signed(from[at + 2 + i]!)
})

/** The 6-bit scale (`shift` 0) or minimum (4) of sub-block `j` of 8, from 12 bytes at `at`. */
const sixBits = (from: Uint8Array, at: number, j: number, minimum: boolean): number => {
  const own = from[at + j + (minimum ? 4 : 0)]!
  if (j < 4) return own & 63
  const low = from[at + j + 4]!
  return (minimum ? low >> 4 : low & 15) | ((from[at + j - (minimum ? 0 : 4)]! >> 6) << 4)
}

/** d · scale · q − dmin · minimum: 8 sub-blocks of 32; `five` adds a bit from 32 bytes between scales and quants. */
const fourOrFive = (five: boolean): Format["widen"] =>
  blocks(256, five ? 176 : 144, (from, at, half, out, to) => {
    const d = halfAt(from, at, half)
    const dmin = halfAt(from, at + 2, half)
    for (let j = 0; j < 8; j++) {
      const scale = d * sixBits(from, at + 4, j, false)
      const minimum = dmin * sixBits(from, at + 4, j, true)
      const quants = at + (five ? 48 : 16) + (j >> 1) * 32
      const shift = (j & 1) * 4
      for (let i = 0; i < 32; i++) {
        const high = five ? ((from[at + 16 + i]! >> j) & 1) << 4 : 0
        out[to + j * 32 + i] = scale * (((from[quants + i]! >> shift) & 15) | high) - minimum
      }
    }
  })

/** d · scale · (q − 32): 16 sub-blocks of 16, low 4 bits and high 2 bits apart. */
const q6_k = blocks(256, 210, (from, at, half, out, to) => {
  const d = halfAt(from, at + 208, half)
  for (let part = 0; part < 8; part++) {
    const side = part >> 2
    const quarter = part & 3
    const low = at + side * 64 + (quarter & 1) * 32
    const high = at + 128 + side * 32
    const lowShift = (quarter >> 1) * 4
    for (let i = 0; i < 32; i++) {
      const q = ((from[low + i]! >> lowShift) & 15) | (((from[high + i]! >> (quarter * 2)) & 3) << 4)
      const scale = d * signed(from[at + 192 + part * 2 + (i >> 4)]!)
      out[to + part * 32 + i] = scale * (q - 32)
    }
  }
})

/** The formats by ggml's number. */
const formats: ReadonlyMap<number, Format> = new Map([
  [0, { name: "F32", values: 1, bytes: 4, widen: (from, out) => out.set(new Float32Array(from.buffer)) }],
  [1, { name: "F16", values: 1, bytes: 2, widen: (from, out) => out.set(new Float16Array(from.buffer)) }],
  [2, { name: "Q4_0", values: 32, bytes: 18, widen: q4_0 }],
  [3, { name: "Q4_1", values: 32, bytes: 20, widen: q4_1 }],
  [6, { name: "Q5_0", values: 32, bytes: 22, widen: q5_0 }],
  [7, { name: "Q5_1", values: 32, bytes: 24, widen: q5_1 }],
  [8, { name: "Q8_0", values: 32, bytes: 34, widen: q8_0 }],
  [12, { name: "Q4_K", values: 256, bytes: 144, widen: fourOrFive(false) }],
  [13, { name: "Q5_K", values: 256, bytes: 176, widen: fourOrFive(true) }],
  [14, { name: "Q6_K", values: 256, bytes: 210, widen: q6_k }],
  [
    30,
    { name: "BF16", values: 1, bytes: 2, widen: (from, out) => out.set(widenBfloat16(new Uint16Array(from.buffer))) }
  ]
])

/** The format of a tensor of `count` values, `name` for errors. Throws `SLUICE_UNSUPPORTED_MODEL` and `SLUICE_BAD_GGUF`. */
const formatOf = (type: number, count: number, name: string): Format => {
  const format = formats.get(type)
  if (format === undefined) {
    const known = [...formats.values()].map((one) => one.name).join(", ")
    throw new ModelError(
      "SLUICE_UNSUPPORTED_MODEL",
      `${name} is stored in ggml's format ${type}, which is not read; ${known} are.`,
      { name, type },
      "take a file of another quantisation, such as Q8_0 or Q4_K_M"
    )
  }
  if (count % format.values === 0) return format
  throw new ModelError(
    "SLUICE_BAD_GGUF",
    `${name} has ${count} values, no multiple of ${format.name}'s ${format.values}.`
  )
}

/** Bytes that a tensor of `count` values takes. */
export const quantizedBytes = (type: number, count: number, name: string): number => {
  const { values, bytes } = formatOf(type, count, name)
  return (count / values) * bytes
}

/** The name of a block format, such as `Q4_1`. */
export const formatName = (type: number): string => formats.get(type)?.name ?? `format ${type}`

/** Widens a tensor's bytes, in a buffer of their own, to `count` values: each is the f32 nearest to ggml's formula. */
export const dequantize = (
  type: number,
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
  name: string
): Float32Array<ArrayBuffer> => {
  const format = formatOf(type, count, name)
  if (format.name === "F32") return new Float32Array(bytes.buffer)
  const out = new Float32Array(count)
  format.widen(bytes, out)
  return out
}
