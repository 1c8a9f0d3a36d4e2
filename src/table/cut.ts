// Cuts a stream of records into partitions at boundaries that depend on the records themselves.
import { digestBytes } from "./digest.ts"

/**
 * Where partitions end, as record counts from the start (the last is `sizes.length`). A record ends a partition when a
 * number drawn from its digest falls below its share of the target, once a quarter of the target is full; four times
 * the target ends one in any case. So an inserted or deleted record moves the boundaries of its neighbourhood only.
 * (Content-defined chunking, as in LBFS, Muthitacharoen et al. 2001, over records instead of bytes.)
 */
export const cutRecords = (
  digests: Uint8Array,
  sizes: ArrayLike<number>,
  targetBytes: number
): ReadonlyArray<number> => {
  const view = new DataView(digests.buffer, digests.byteOffset, digests.byteLength)
  const least = targetBytes / 4
  const most = targetBytes * 4
  const ends: Array<number> = []
  let filled = 0
  for (let record = 0; record < sizes.length; record++) {
    const size = sizes[record]! + 1
    filled += size
    const drawn = view.getUint32(record * digestBytes + 4) / 2 ** 32
    if (filled >= most || (filled >= least && drawn < size / (targetBytes - least))) {
      ends.push(record + 1)
      filled = 0
    }
  }
  if (sizes.length > 0 && ends[ends.length - 1] !== sizes.length) ends.push(sizes.length)
  return ends
}
