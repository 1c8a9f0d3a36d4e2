// How a cell stands in a segment: a mark, a length, a checksum, its key and its value. Whatever is torn or flipped is noticed.
import { crc32 } from "node:zlib"

/** Bytes of a key: half of a sha256. */
export const keyBytes = 16

const mark = Buffer.from([0xce, 0x11, 0x0a, 0x01])
/** Mark, length of the value, checksum of length, key and value. */
const headBytes = 12
const frameBytes = headBytes + keyBytes

/** A whole frame found in a segment: where its value stands. */
export interface Framed {
  /** In hex. */
  readonly key: string
  readonly at: number
  readonly length: number
}

export interface Frames {
  readonly cells: ReadonlyArray<Framed>
  /** Where frames were whole up to: behind it something is torn, or still being written. */
  readonly end: number
  /** Places where something stands that is no frame, with whole frames or other bytes behind it. */
  readonly damaged: ReadonlyArray<number>
}

/** A cell's frame; the key in hex. */
export const frameOf = (key: string, value: Uint8Array): Buffer => {
  const frame = Buffer.allocUnsafe(frameBytes + value.length)
  frame.set(mark, 0)
  frame.writeUInt32LE(value.length, 4)
  frame.write(key, headBytes, keyBytes, "hex")
  frame.set(value, frameBytes)
  frame.writeUInt32LE(sumOf(frame, 0, value.length), 8)
  return frame
}

/** Where a value that `frameOf` was given begins in its frame. */
export const valueAt = frameBytes

const sumOf = (bytes: Buffer, at: number, length: number): number =>
  crc32(bytes.subarray(at + headBytes, at + frameBytes + length), crc32(bytes.subarray(at + 4, at + 8)))

/** The value of the frame that stands at the beginning of `bytes` and fills them; undefined where it is not whole. */
export const cellValue = (bytes: Buffer, key: string): Buffer | undefined => {
  const length = wholeAt(bytes, 0)
  if (length === undefined || length + frameBytes !== bytes.length) return undefined
  return bytes.toString("hex", headBytes, frameBytes) === key ? bytes.subarray(frameBytes) : undefined
}

/** The length of the value of a whole frame. */
const wholeAt = (bytes: Buffer, at: number): number | undefined => {
  if (at + frameBytes > bytes.length || bytes.compare(mark, 0, mark.length, at, at + mark.length) !== 0)
    return undefined
  const length = bytes.readUInt32LE(at + 4)
  if (at + frameBytes + length > bytes.length) return undefined
  return sumOf(bytes, at, length) === bytes.readUInt32LE(at + 8) ? length : undefined
}

/**
 * The frames in a segment's bytes; places are counted from `base`. Behind damage it goes on at the next whole frame; where
 * there is none, what is left is a torn end if a frame that began there has no room, and damage else.
 */
export const framesIn = (bytes: Buffer, base = 0): Frames => {
  const cells: Array<Framed> = []
  const damaged: Array<number> = []
  let at = 0
  while (at < bytes.length) {
    const length = wholeAt(bytes, at)
    if (length !== undefined) {
      cells.push({ key: bytes.toString("hex", at + headBytes, at + frameBytes), at: base + at + frameBytes, length })
      at += frameBytes + length
      continue
    }
    const next = nextWhole(bytes, at + 1)
    if (next === undefined) {
      if (!mayBeTorn(bytes, at)) damaged.push(base + at)
      break
    }
    damaged.push(base + at)
    at = next
  }
  return { cells, end: base + at, damaged }
}

const nextWhole = (bytes: Buffer, from: number): number | undefined => {
  for (let at = bytes.indexOf(mark, from); at !== -1; at = bytes.indexOf(mark, at + 1))
    if (wholeAt(bytes, at) !== undefined) return at
  return undefined
}

const mayBeTorn = (bytes: Buffer, at: number): boolean =>
  bytes.length - at < frameBytes || at + frameBytes + bytes.readUInt32LE(at + 4) > bytes.length
