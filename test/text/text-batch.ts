// Texts as a batch of one column, as the engine hands them to batch functions, and a seeded source of test texts.
import type { Batch, TextColumn } from "#sluice"

export const textBatch = (name: string, texts: ReadonlyArray<string>): Batch => {
  const parts = texts.map((text) => Buffer.from(text, "utf8"))
  const offsets = new Int32Array(texts.length + 1)
  parts.forEach((part, i) => {
    offsets[i + 1] = offsets[i]! + part.length
  })
  const column: TextColumn = { type: "text", offsets, bytes: new Uint8Array(Buffer.concat(parts)), valid: undefined }
  return { rows: texts.length, columns: { [name]: column } }
}

/** The values of a batch column as plain values. */
export const columnValues = (batch: Batch, name: string): ReadonlyArray<unknown> => {
  const column = batch.columns[name]!
  if (column.type === "number" || column.type === "nested") return Array.from(column.values)
  if (column.type === "flag") return Array.from(column.values, Boolean)
  const { offsets, bytes, type } = column
  return Array.from({ length: batch.rows }, (_, i) => {
    const part = bytes.subarray(offsets[i], offsets[i + 1])
    return type === "text" ? Buffer.from(part).toString("utf8") : part
  })
}

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x = (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

const PIECES = [
  "the",
  "be",
  "to",
  "Of",
  "and",
  "that",
  "have",
  "with",
  "wörld",
  "Straße",
  "ÉCOLE",
  "İstanbul",
  "don't",
  "l’eau",
  "x_y",
  "3.14",
  "1,000",
  "v1.2.3",
  "#",
  "##",
  "...",
  "…",
  "-",
  "•",
  "—",
  "“quoted”",
  "\n",
  "\n\n",
  "\r\n",
  " ",
  "\t",
  "\u2028",
  "\u00a0",
  "東京",
  "ひらがな",
  "한국어",
  "ไทย",
  "हिन्दी",
  "مرحبا",
  "😀",
  "𝒳",
  "e\u0301",
  "(",
  ")",
  "!",
  "?",
  "`code`",
  "a@b.co",
  "- item",
  ". . ."
]

/** Odd texts: words of many scripts, marks, all kinds of white space. */
export const oddTexts = (seed: number, count: number): ReadonlyArray<string> => {
  const next = seeded(seed)
  return Array.from({ length: count }, () => {
    const pieces = Array.from({ length: Math.floor(next() * 80) }, () => PIECES[Math.floor(next() * PIECES.length)]!)
    return pieces.join(next() < 0.5 ? " " : "")
  })
}
