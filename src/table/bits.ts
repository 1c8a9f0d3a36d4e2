// A selection as text: which rows of a partition are alive, one bit a row in base64, short enough to stand in a manifest.

/** One bit per row from one byte per row (0 or not). */
export const bitsOf = (flags: Uint8Array): string => {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8))
  for (let row = 0; row < flags.length; row++) if (flags[row] !== 0) bytes[row >> 3]! |= 1 << (row & 7)
  return Buffer.from(bytes).toString("base64")
}

/** The rows whose bit is set, ascending. */
export const rowsOf = (bits: string, rows: number): Int32Array => {
  const bytes = Buffer.from(bits, "base64")
  const out = new Int32Array(rows)
  let n = 0
  for (let row = 0; row < rows; row++) if ((bytes[row >> 3]! & (1 << (row & 7))) !== 0) out[n++] = row
  return out.subarray(0, n)
}

/** 0, 1, 2, … */
export const allRows = (rows: number): Int32Array => {
  const out = new Int32Array(rows)
  for (let row = 0; row < rows; row++) out[row] = row
  return out
}
