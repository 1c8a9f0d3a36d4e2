// Places in bytes that are chosen by what stands around them (winnowing, Schleimer, Wilkerson and Aiken 2003): two equal runs
// of bytes that are long enough have an anchor in the same place.
import { mix32 } from "#sluice/text"

/** Bytes that an anchor's hash covers, for runs of at least `least` bytes. */
export const anchorWidth = (least: number): number => Math.ceil(least / 2)

const BASE = 0x2c1b3c6d

/**
 * The anchors of a text, as pairs of its position and its hash: of the hashes of all `width` bytes, the least of each
 * `least − width + 1` that follow one another, of equals the last. So every run of `least` bytes has one, and which it is
 * depends on that run alone. None where there are fewer than `least` bytes.
 */
export const anchorsOf = (bytes: Uint8Array, least: number): Uint32Array => {
  const width = anchorWidth(least)
  const hashes = bytes.length - width + 1
  const window = least - width + 1
  if (bytes.length < least) return new Uint32Array(0)
  let out = new Uint32Array(64)
  let count = 0
  const size = 2 ** Math.ceil(Math.log2(window + 1))
  const at = new Int32Array(size)
  const value = new Uint32Array(size)
  let head = 0
  let tail = 0
  let away = 1
  for (let i = 0; i < width; i++) away = Math.imul(away, BASE)
  let hash = 0
  for (let i = 0; i < width - 1; i++) hash = (Math.imul(hash, BASE) + bytes[i]! + 1) | 0
  let last = -1
  for (let i = 0; i < hashes; i++) {
    hash = (Math.imul(hash, BASE) + bytes[i + width - 1]! + 1) | 0
    if (i > 0) hash = (hash - Math.imul(away, bytes[i - 1]! + 1)) | 0
    const mixed = mix32(hash)
    while (tail > head && value[(tail - 1) & (size - 1)]! >= mixed) tail--
    at[tail & (size - 1)] = i
    value[tail & (size - 1)] = mixed
    tail++
    if (at[head & (size - 1)]! <= i - window) head++
    const least = at[head & (size - 1)]!
    if (i < window - 1 || least === last) continue
    last = least
    if (count + 2 > out.length) {
      const more = new Uint32Array(out.length * 2)
      more.set(out)
      out = more
    }
    out[count++] = last
    out[count++] = value[head & (size - 1)]!
  }
  return out.slice(0, count)
}
