// LZ4 undone, as Arrow and Parquet files use it: bare blocks, Hadoop's parts, and frames whose blocks build on each other.

/** Undoes one block into `output` from `at`; earlier bytes of the output may be referred to. Returns where it ends. */
const undoBlock = (input: Uint8Array, output: Uint8Array, at: number): number => {
  let to = at
  for (let from = 0; from < input.length; ) {
    const token = input[from++]!
    let literals = token >> 4
    if (literals === 15)
      for (let more = 255; more === 255; literals += more) {
        if (from >= input.length) throw new Error("the LZ4 data is cut short")
        more = input[from++]!
      }
    if (from + literals > input.length || to + literals > output.length) throw new Error("the LZ4 data is damaged")
    output.set(input.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from >= input.length) return to
    const distance = input[from]! | (input[from + 1]! << 8)
    from += 2
    let length = token & 15
    if (length === 15)
      for (let more = 255; more === 255; length += more) {
        if (from >= input.length) throw new Error("the LZ4 data is cut short")
        more = input[from++]!
      }
    length += 4
    if (distance === 0 || distance > to || to + length > output.length) throw new Error("the LZ4 data is damaged")
    if (distance >= length) output.copyWithin(to, to - distance, to - distance + length)
    else for (let i = 0; i < length; i++) output[to + i] = output[to + i - distance]!
    to += length
  }
  return to
}

/** One bare block of a known size. */
export const lz4Block = (input: Uint8Array, size: number): Uint8Array => {
  const output = new Uint8Array(size)
  if (undoBlock(input, output, 0) !== size) throw new Error("the LZ4 data is cut short")
  return output
}

/** Parts as Hadoop writes them, each after its two sizes in big-endian order; what is not in such parts is one bare block. */
export const lz4Parts = (input: Uint8Array, size: number): Uint8Array => {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const parts: Array<readonly [from: number, end: number, size: number]> = []
  let [at, total] = [0, 0]
  while (at + 8 <= input.length) {
    const [becomes, length] = [view.getUint32(at), view.getUint32(at + 4)]
    parts.push([at + 8, at + 8 + length, becomes])
    at += 8 + length
    total += becomes
  }
  if (at !== input.length || total !== size) return lz4Block(input, size)
  const output = new Uint8Array(size)
  let to = 0
  for (const [from, end, becomes] of parts) {
    if (undoBlock(input.subarray(from, end), output, to) !== to + becomes) throw new Error("the LZ4 data is cut short")
    to += becomes
  }
  return output
}

const magic = 0x184d2204

interface Block {
  readonly bytes: Uint8Array
  readonly isPacked: boolean
}

/** The blocks of a frame up to its end mark. */
const blocksOf = (input: Uint8Array): ReadonlyArray<Block> => {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  if (input.length < 7 || view.getUint32(0, true) !== magic) throw new Error("the LZ4 data does not begin as a frame")
  const flags = input[4]!
  const blocks: Array<Block> = []
  let at = 7 + ((flags >> 3) & 1) * 8 + (flags & 1) * 4
  for (;;) {
    if (at + 4 > input.length) throw new Error("the LZ4 data is cut short")
    const head = view.getUint32(at, true)
    if (head === 0) return blocks
    const end = at + 4 + (head & 0x7fffffff)
    if (end > input.length) throw new Error("the LZ4 data is cut short")
    blocks.push({ bytes: input.subarray(at + 4, end), isPacked: head >>> 31 === 0 })
    at = end + ((flags >> 4) & 1) * 4
  }
}

/** A frame, which may become `most` bytes. Checksums that it may have are passed over. */
export const lz4Frame = (input: Uint8Array, most: number): Uint8Array => {
  const blocks = blocksOf(input)
  /** The format's four sizes of a block: 64 KiB to 4 MiB. */
  const blockSize = 1 << (8 + 2 * Math.max(4, (input[5]! >> 4) & 7))
  const room = blocks.reduce((sum, { bytes, isPacked }) => sum + (isPacked ? blockSize : bytes.length), 0)
  if (room > most + blockSize) throw new Error(`the LZ4 data becomes larger than ${most} bytes`)
  const output = new Uint8Array(room)
  let to = 0
  for (const { bytes, isPacked } of blocks)
    if (isPacked) to = undoBlock(bytes, output, to)
    else {
      if (to + bytes.length > room) throw new Error("the LZ4 data is damaged")
      output.set(bytes, to)
      to += bytes.length
    }
  return output.subarray(0, to)
}
