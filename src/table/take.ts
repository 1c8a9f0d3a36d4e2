// Values of the rows at an index, by loops that stay compiled: what is made for each partition loses its code with it.

/** `values[index[i]]` for each i. */
export const takeBytes = (values: Uint8Array, index: Int32Array): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(index.length)
  for (let i = 0; i < index.length; i++) out[i] = values[index[i]!]!
  return out
}

/** `values[index[i]]` for each i. */
export const takeInts = (values: Int32Array, index: Int32Array): Int32Array<ArrayBuffer> => {
  const out = new Int32Array(index.length)
  for (let i = 0; i < index.length; i++) out[i] = values[index[i]!]!
  return out
}

/** Whether `index` is 0, 1, 2, … */
export const isInOrder = (index: Int32Array): boolean => {
  for (let i = 0; i < index.length; i++) if (index[i] !== i) return false
  return true
}
