// dedup.sentences: cuts spans of sentences that stood earlier in the dataset, as C4 was made.
import * as Schema from "effect/Schema"
import { type BytesColumn, input, opt, Stage } from "#sluice"
import { digest128, readWord, sentences as sentencesOf, simplified, writeWord } from "#sluice/text"
import { type Against, idsOver } from "./against.ts"
import { type Cut, Cuts, type Chained, type Cutting, cutting, disjoint } from "./cuts.ts"
import { firstOf, makeIndex } from "./hash-index.ts"

const find = Stage.select({
  name: "dedup.sentences",
  needs: { by: Schema.String },
  inputs: { against: input.someDatasets({}) },
  prepareOptions: {
    by: opt.column("text"),
    span: opt(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 64 })), 3),
    unit: opt(Schema.Literals(["sentences", "lines"]), "sentences")
  },
  prepares: { hashes: Schema.Uint8Array, ends: Schema.Uint8Array },
  readsIds: true,
  adds: { cuts: Cuts },
  prepare: ({ by }, { span, unit }) => {
    const ends = unit === "lines" ? lineEnds(by) : sentencesOf(by).map(({ to }) => to)
    return { hashes: spanHashes(by, ends, span), ends: numbers(ends) }
  },
  resolve: ({ rows: own, against }, { span }) => {
    const tables = [...against, own]
    const hashes = tables.map((table) => table.column("hashes") as BytesColumn)
    const ends = own.column("ends") as BytesColumn
    const before = tables.reduce((sum, { rows }) => sum + rows, -own.rows)
    const spans = hashes.reduce((sum, { bytes }) => sum + bytes.length / 8, 0)
    const idOf = idsOver(tables)
    const index = makeIndex(spans)
    const rowOf = new Int32Array(spans)
    const cuts: Array<ReadonlyArray<Cut>> = []
    let number = 0
    let row = 0
    for (const { bytes, offsets } of hashes)
      for (let i = 0; i + 1 < offsets.length; i++, row++) {
        const found: Array<Cut> = []
        for (let at = offsets[i]!; at < offsets[i + 1]!; at += 8, number++) {
          rowOf[number] = row
          const [low, high] = [readWord(bytes, at), readWord(bytes, at + 4)]
          if (low === 0 && high === 0) continue
          const first = firstOf(index, low, high, number)
          if (first === number || row < before) continue
          const sentence = (at - offsets[i]!) / 8
          const endOf = (n: number) => (n < 0 ? 0 : readWord(ends.bytes, ends.offsets[i]! + n * 4))
          found.push({ from: endOf(sentence - 1), to: endOf(sentence + span - 1), of: idOf(rowOf[first]!) })
        }
        if (row >= before) cuts.push(disjoint(found))
      }
    return { cuts: { type: "nested", values: cuts } }
  }
})

/** Where lines end, their breaks included. */
const lineEnds = (text: string): Array<number> => {
  const ends: Array<number> = []
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) ends.push(at + 1)
  if (text.length > (ends.at(-1) ?? 0)) ends.push(text.length)
  return ends
}

const numbers = (values: ReadonlyArray<number>): Uint8Array => {
  const out = new Uint8Array(values.length * 4)
  values.forEach((value, i) => {
    writeWord(out, i * 4, value)
  })
  return out
}

/** 64 bits of each span, by its parts simplified; zero where nothing is left to compare. */
const spanHashes = (text: string, ends: ReadonlyArray<number>, span: number): Uint8Array => {
  const parts = ends.map((end, i) => simplified(text.slice(i === 0 ? 0 : ends[i - 1], end)))
  const out = new Uint8Array(Math.max(0, parts.length - span + 1) * 8)
  for (let i = 0; i + span <= parts.length; i++) {
    const said = parts.slice(i, i + span).join(" ")
    if (said.trim() !== "") out.set(digest128(said).subarray(0, 8), i * 8)
  }
  return out
}

interface Options extends Against {
  /** Sentences in a span (3). */
  readonly span?: number
  /** `lines` takes lines for sentences. */
  readonly unit?: "sentences" | "lines"
}

/**
 * Cuts every span of `span` sentences of a column (default `text`) that stood earlier, in the dataset's order, in another row
 * or in this one, or in a dataset of `against`: all but the first of any three-sentence span, as for C4 (Raffel et al. 2020).
 * Sentences are compared simplified: lower case, without marks, accents and digits. A row that was cut is dropped when fewer
 * than `minWords` (50) words or `minSentences` (3) sentences are left, as datatrove does.
 *
 * Rows get a column `cuts`: the parts that were taken out, as UTF-16 positions in the text before, and the id of the row that
 * keeps each.
 *
 * @example
 * import { dedup } from "#stages"
 * const notice = "Free to copy. No warranty is given. Ask the lock keeper."
 * rows({ text: `The sluice opens. ${notice}` }, { text: `${notice} Boats wait at noon.` }).pipe(
 *   dedup.sentences({ minWords: 2, minSentences: 1 })
 * )
 * // → { text: "The sluice opens. Free to copy. No warranty is given. Ask the lock keeper.", cuts: [] }
 * // → { text: "Boats wait at noon.", … }
 */
export const sentences: Cutting<Options> & Chained = cutting<Options>(find as never, { minWords: 50, minSentences: 3 })
