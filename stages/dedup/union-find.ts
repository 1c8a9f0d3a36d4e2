// Groups of rows that are joined pair by pair (union-find); the root of a group is its first row, in whatever order it grew.

/** Every row in a group of its own. */
export const separate = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row)

/** The first row of a row's group. */
export const rootOf = (parent: Int32Array, row: number): number => {
  let root = row
  while (parent[root] !== root) root = parent[root]!
  for (let at = row; parent[at] !== root; ) {
    const up = parent[at]!
    parent[at] = root
    at = up
  }
  return root
}

export const union = (parent: Int32Array, a: number, b: number): void => {
  const x = rootOf(parent, a)
  const y = rootOf(parent, b)
  parent[Math.max(x, y)] = Math.min(x, y)
}

/** For each row the first row of its group, once all pairs are joined. */
export const settled = (parent: Int32Array): Int32Array => {
  for (let row = 0; row < parent.length; row++) parent[row] = rootOf(parent, row)
  return parent
}
