// zstd undone, frame by frame: Node undoes the first frame of some bytes and says nothing of what follows it.
import { zstdDecompressSync } from "node:zlib"

/** The plain bytes of all frames; throws Node's Error, or `tooLarge()` where there are more than `limit`. */
export const unzstd = (bytes: Uint8Array, limit: number, tooLarge: () => Error): Uint8Array => {
  const parts: Array<Uint8Array> = []
  let size = 0
  for (const frame of frames(bytes)) {
    const most = Math.max(1, limit - size)
    const part = zstdDecompressSync(frame, { maxOutputLength: most, chunkSize: pieceOf(frame, most) })
    size += part.length
    if (size > limit) throw tooLarge()
    parts.push(part)
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size)
}

/** Bytes of a piece of output at least, as zlib has it, and at most: memory that is taken before a byte is written. */
const smallest = 16 << 10
const largest = 256 << 20

/** Room for all that a frame tells it holds, and a byte more to see its end: pieces would be put together again. */
const pieceOf = (frame: Uint8Array, most: number): number => {
  const told = contentSize(frame)
  return Math.max(smallest, Math.min(largest, most, told === undefined ? frame.length * 4 : told + 1))
}

/** The size of its content that a frame's header tells; undefined where it tells none. */
const contentSize = (frame: Uint8Array): number | undefined => {
  if (frame.length < 18) return undefined
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const descriptor = view.getUint8(4)
  const single = (descriptor >> 5) & 1
  const at = 6 - single + dictionarySizes[descriptor & 3]!
  switch (descriptor >> 6) {
    case 0:
      return single === 1 ? view.getUint8(at) : undefined
    case 1:
      return view.getUint16(at, true) + 256
    case 2:
      return view.getUint32(at, true)
    default:
      return Number(view.getBigUint64(at, true))
  }
}

/** Bytes of a dictionary's number, by the descriptor's lowest two bits. */
const dictionarySizes = [0, 1, 2, 4]

const frameMagic = 0xfd2fb528

/** Frames of these 16 magic numbers hold no data. */
const skippedMagic = 0x184d2a5

/** The frames that hold data. What is damaged or cut short is left to the decoder, which says what is wrong with it. */
const frames = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Array<Uint8Array> = []
  let at = 0
  while (at < bytes.length) {
    const magic = at + 8 <= bytes.length ? view.getUint32(at, true) : undefined
    if (magic !== undefined && magic >>> 4 === skippedMagic) {
      const end = at + 8 + view.getUint32(at + 4, true)
      if (end > bytes.length) throw new Error("unexpected end of file")
      at = end
      continue
    }
    if (magic !== frameMagic && found.length > 0 && !isCut(bytes, at))
      throw new Error("other bytes follow its last frame")
    const end = magic === frameMagic ? frameEnd(view, at) : bytes.length
    found.push(bytes.subarray(at, end))
    at = end
  }
  if (found.length === 0) throw new Error("unexpected end of file")
  return found
}

/** Whether the last bytes can be the start of a frame. */
const isCut = (bytes: Uint8Array, at: number): boolean =>
  bytes.length - at < 8 && [0x28, 0xb5, 0x2f, 0xfd].every((byte, i) => at + i >= bytes.length || bytes[at + i] === byte)

/** Where a frame ends, from its header and those of its blocks; the end of the bytes where it is not whole. */
const frameEnd = (view: DataView, start: number): number => {
  const size = view.byteLength
  const descriptor = view.getUint8(start + 4)
  const single = (descriptor >> 5) & 1
  const contentBytes = [single, 2, 4, 8][descriptor >> 6]!
  let at = start + 6 - single + dictionarySizes[descriptor & 3]! + contentBytes
  for (let last = 0; last === 0; ) {
    if (at + 3 > size) return size
    const block = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
    last = block & 1
    at += 3 + (((block >> 1) & 3) === 1 ? 1 : block >> 3)
  }
  return Math.min(size, at + ((descriptor >> 2) & 1) * 4)
}
