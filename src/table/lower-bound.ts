// Binary search in ascending numbers, such as the parents of an expand's children.

/** The first position whose value is not below `value`; the length where there is none. */
export const lowerBound = (sorted: Int32Array, value: number): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
