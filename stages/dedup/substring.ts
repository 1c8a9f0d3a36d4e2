// dedup.substring: cuts every run of bytes, from a given length on, that stood earlier in the dataset.
import * as Schema from "effect/Schema"
import { type BytesColumn, input, opt, Stage } from "#sluice"
import { type Against, idsOver } from "./against.ts"
import { anchorsOf } from "./anchors.ts"
import { type Cut, Cuts, type Chained, type Cutting, cutting, disjoint } from "./cuts.ts"
import { type Corpus, type Repeat, repeatsIn } from "./repeats.ts"

const find = Stage.select({
  name: "dedup.substring",
  needs: { by: Schema.String },
  inputs: { against: input.someDatasets({}) },
  prepareOptions: {
    by: opt.column("text"),
    minBytes: opt(Schema.Int.check(Schema.isBetween({ minimum: 16, maximum: 1 << 20 })), 100)
  },
  prepares: { bytes: Schema.Uint8Array, anchors: Schema.Uint8Array },
  readsIds: true,
  adds: { cuts: Cuts },
  prepare: ({ by }, { minBytes }) => {
    const bytes = new Uint8Array(Buffer.from(by))
    return { bytes, anchors: new Uint8Array(anchorsOf(bytes, minBytes).buffer) }
  },
  resolve: ({ rows: own, against }, { minBytes }) => {
    const tables = [...against, own]
    const before = tables.reduce((sum, { rows }) => sum + rows, -own.rows)
    const column = (name: "bytes" | "anchors") => tables.map((table) => table.column(name) as BytesColumn)
    const corpus = corpusOf(column("bytes"), column("anchors"))
    const idOf = idsOver(tables)
    const values = repeatsIn(corpus, minBytes, before).map((repeats, row) => {
      const [from, to] = [corpus.starts[before + row]!, corpus.starts[before + row + 1]!]
      return repeats.length === 0 ? [] : cutsOf(corpus.bytes.subarray(from, to), repeats, idOf)
    })
    return { cuts: { type: "nested", values } }
  }
})

const MOST_BYTES = 2 ** 32

const corpusOf = (texts: ReadonlyArray<BytesColumn>, anchored: ReadonlyArray<BytesColumn>): Corpus => {
  const rows = texts.reduce((sum, { offsets }) => sum + offsets.length - 1, 0)
  const size = texts.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (size > MOST_BYTES)
    throw new RangeError(
      `dedup.substring: ${size} bytes of text are more than the 4 GiB it can compare; divide the dataset`
    )
  const bytes = new Uint8Array(size)
  const starts = new Float64Array(rows + 1)
  const count = anchored.reduce((sum, column) => sum + column.bytes.length / 8, 0)
  const anchors = new Uint32Array(count)
  const hashes = new Uint32Array(count)
  const anchorStarts = new Int32Array(rows + 1)
  let row = 0
  let at = 0
  let anchor = 0
  for (const [t, column] of texts.entries()) {
    bytes.set(column.bytes, at)
    const { bytes: packed, offsets } = anchored[t]!
    const pairs = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
    for (let i = 0; i + 1 < column.offsets.length; i++, row++) {
      for (let pair = offsets[i]!; pair < offsets[i + 1]!; pair += 8, anchor++) {
        anchors[anchor] = at + pairs.getUint32(pair, true)
        hashes[anchor] = pairs.getUint32(pair + 4, true)
      }
      at += column.offsets[i + 1]! - column.offsets[i]!
      starts[row + 1] = at
      anchorStarts[row + 1] = anchor
    }
  }
  return { bytes, starts, anchors, hashes, anchorStarts }
}

const isInside = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** Repeats of one text as cuts: whole characters, in UTF-16 units, none twice. */
const cutsOf = (
  bytes: Uint8Array,
  repeats: ReadonlyArray<Repeat>,
  idOf: (row: number) => string
): ReadonlyArray<Cut> => {
  const whole = repeats.map(({ from, to, of }) => {
    let start = from
    let end = to
    while (start < end && isInside(bytes[start])) start++
    while (end > start && isInside(bytes[end])) end--
    return { from: start, to: end, of }
  })
  const ordered = whole.sort((a, b) => a.from - b.from || b.to - a.to)
  let at = 0
  let units = 0
  const unitsAt = (place: number): number => {
    for (; at < place; at++) if (!isInside(bytes[at])) units += bytes[at]! >= 0xf0 ? 2 : 1
    return units
  }
  const apart = disjoint(ordered.map(({ from, to, of }) => ({ from, to, of: idOf(of) })))
  return apart.map(({ from, to, of }) => ({ from: unitsAt(from), to: unitsAt(to), of }))
}

interface Options extends Against {
  /** The shortest run that counts, in bytes of UTF-8, 16 to 1,048,576 (100). */
  readonly minBytes?: number
}

/**
 * Cuts every run of at least `minBytes` bytes of a column (default `text`) that stood earlier in the dataset's order, in another
 * row or wholly before in this one, or in a dataset of `against` (exact substring deduplication, Lee et al. 2022, which cuts
 * by a suffix array). The first place keeps it. Equal runs are found by anchors that the bytes themselves choose, and are
 * compared byte by byte; one is missed only where more than 256 earlier places have half of it and go on otherwise, as lines of
 * one character may. A row of which fewer than `minWords` (1) words are left is dropped.
 *
 * Rows get a column `cuts`: the parts that were taken out, as UTF-16 positions in the text before, and the id of the row that
 * keeps each. Holds the whole text in memory, and 8 bytes for about every `minBytes` / 4 of its bytes.
 *
 * @example
 * import { dedup } from "#stages"
 * const notice = "Permission is granted to copy this notice."
 * rows({ text: `Dawn. ${notice}` }, { text: `Dusk? ${notice} Really.` }, { text: notice }).pipe(
 *   dedup.substring({ minBytes: 32 })
 * )
 * // → { text: "Dawn. Permission is granted to copy this notice.", cuts: [] }
 * // → { text: "Dusk? Really.", … }
 * // dropped: 1 little-left
 */
export const substring: Cutting<Options> & Chained = cutting<Options>(find as never, { minWords: 1, minSentences: 0 })
