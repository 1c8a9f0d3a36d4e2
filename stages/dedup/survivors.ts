// Which row of a group survives: the one that ranks highest, of equals the first in dataset order.

/** For the first row of each group the row that survives. `group` holds for each row the first row of its group. */
export const survivors = (group: Int32Array, rank: ArrayLike<number>): Int32Array => {
  const best = Int32Array.from(group.keys())
  for (let row = 0; row < group.length; row++) {
    const first = group[row]!
    if (rank[row]! > rank[best[first]!]!) best[first] = row
  }
  return best
}
