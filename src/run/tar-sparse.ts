// Sparse members of tar archives: the pieces that are stored, put where they stand between zeros; the maps of GNU's header and of pax.

/** A member's size, where its stored pieces stand (offset and length in turn), and their bytes, one after the other. */
export interface Sparse {
  readonly size: number
  readonly map: ReadonlyArray<number>
  readonly stored: Uint8Array
}

const block = 512

/** The whole member; an Error says where map and bytes do not fit. */
export const unsparse = ({ size, map, stored }: Sparse): Uint8Array => {
  const whole = new Uint8Array(size)
  let from = 0
  let before = 0
  for (let i = 0; i + 1 < map.length; i += 2) {
    const [at, length] = [map[i]!, map[i + 1]!]
    if (at < before || at + length > size || from + length > stored.length)
      throw new Error(
        `is a sparse file with a damaged map: its piece ${i / 2 + 1} (${length} bytes at ${at}) has no place`
      )
    whole.set(stored.subarray(from, from + length), at)
    from += length
    before = at + length
  }
  return whole
}

/** Pairs of GNU's header at an offset, while they are there. */
const pairsAt = (header: Uint8Array, from: number, count: number, numberAt: (at: number) => number): Array<number> => {
  const pairs: Array<number> = []
  for (let at = from; at < from + 24 * count && header[at] !== 0; at += 24) pairs.push(numberAt(at), numberAt(at + 12))
  return pairs
}

/**
 * The map of GNU's own header (type S): four pieces in it, more in the blocks that follow, and the member's size. Returns how
 * many bytes these blocks take.
 */
export const gnuMap = (
  bytes: Uint8Array,
  at: number,
  numberAt: (at: number) => number
): { readonly size: number; readonly map: ReadonlyArray<number>; readonly more: number } => {
  const map = pairsAt(bytes, at + 386, 4, numberAt)
  let next = at + block
  let continues = bytes[at + 482] === 1
  while (continues) {
    if (next + block > bytes.length)
      throw new Error(`is a tar archive cut short: it ends at byte ${bytes.length}, in the map of a sparse file`)
    map.push(...pairsAt(bytes, next, 21, numberAt))
    continues = bytes[next + 504] === 1
    next += block
  }
  return { size: numberAt(at + 483), map, more: next - at - block }
}

/** The map of pax records: in them (versions 0.0 and 0.1), or before the bytes (1.0). */
export const paxMap = (facts: { readonly [key: string]: string }, content: Uint8Array): Sparse => {
  const size = Number(facts["GNU.sparse.realsize"] ?? facts["GNU.sparse.size"])
  const told = facts["GNU.sparse.map"]
  if (told !== undefined) return checked({ size, map: told === "" ? [] : told.split(",").map(Number), stored: content })
  const lines: Array<number> = []
  let at = 0
  for (let wanted = 1; lines.length < wanted; ) {
    const feed = content.indexOf(10, at)
    if (feed === -1) throw damaged()
    lines.push(Number(Buffer.from(content.subarray(at, feed)).toString("latin1")))
    if (lines.length === 1) wanted += 2 * lines[0]!
    if (wanted > content.length) throw damaged()
    at = feed + 1
  }
  return checked({ size, map: lines.slice(1), stored: content.subarray(Math.ceil(at / block) * block) })
}

const checked = (sparse: Sparse): Sparse => {
  const isSize = (value: number) => Number.isSafeInteger(value) && value >= 0
  if (!isSize(sparse.size) || sparse.map.length % 2 === 1 || !sparse.map.every(isSize)) throw damaged()
  return sparse
}

const damaged = () => new Error("is a sparse file whose map cannot be read")
