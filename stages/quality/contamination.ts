// quality.contamination: for each item of a benchmark whether training texts hold it, by which row, where, and how much.
import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"
import { probeOptions } from "./decontaminate.ts"
import { makeProbeIndex, type ProbeMatch, probe, probedWords } from "./probe-index.ts"
import { wordSpans } from "./word-spans.ts"

/** What is proven of one item. */
export interface ItemRecord {
  /** The item's row id. */
  readonly item: string
  /** Which of `against` it is from, counted from 0. */
  readonly of: number
  readonly words: number
  /** How it was looked for: by n-grams, or whole because it is short. */
  readonly method: "probe" | "whole" | "none"
  readonly contaminated: boolean
  /** The best match, if any: the training row, the span of its text, and the share of the item it holds. */
  readonly row?: string
  readonly from?: number
  readonly to?: number
  readonly span?: string
  readonly overlap?: number
}

/**
 * Looks for every item of `against` (column `question`) in the texts of `data`, by the index probe that
 * `quality.decontaminate({ method: "probe" })` drops by, and reports on each: contaminated or clean, the row and span that
 * hold most of it, and how much. `items.jsonl` in the report's folder has a line for each item; the report counts them, says how
 * many were too short for n-grams (looked for as whole texts) or had no words, and quotes up to `quoted` that were found. The digest of
 * the items says what was looked for. With `maxContaminated` the report is a gate: more than that share of items ends the run.
 *
 * @example
 * import { quality } from "#stages"
 * const tests = rows({ question: "When does the north gate of the sluice open?" }, { question: "Who keeps it?" })
 * const data = rows({ text: "They ask: when does the north gate of the sluice open? At dawn." })
 * quality.contamination({ data, against: [tests] }) // → { items: 2, contaminated: 1, share: 0.5, … }
 */
export const contamination = Stage.program({
  name: "quality.contamination",
  inputs: {
    data: input.dataset({ text: Schema.String }),
    against: input.datasets({ question: Schema.String })
  },
  emits: "report",
  options: {
    ngram: opt(Schema.Int, 4),
    ...probeOptions,
    /** Matches of less than what counts are told too, from this share on. */
    minTold: opt(Schema.Finite, 0.5),
    maxContaminated: opt.maybe(Schema.Finite),
    quoted: opt(Schema.Int, 20)
  },
  run: async ({ inputs, options, out, progress, used }) => {
    const { minTold, maxContaminated, quoted, ...settings } = options
    const tests = await Promise.all(inputs.against.map((one) => one.read()))
    const items = tests.flatMap((rows, of) => rows.map(({ id, row }) => ({ id, of, text: row.question })))
    const index = makeProbeIndex(
      items.map(({ text }) => probedWords(text)),
      settings
    )
    const rows = await inputs.data.read()
    const best = new Map<number, ProbeMatch & { readonly row: number }>()
    rows.forEach(({ row: { text } }, row) => {
      if (row % 10_000 === 0) progress(row, rows.length)
      for (const match of probe(index, probedWords(text), minTold)) {
        const known = best.get(match.item)
        if (known === undefined || match.overlap > known.overlap) best.set(match.item, { ...match, row })
      }
    })
    const records = items.map(({ id, of }, at): ItemRecord => {
      const { words, same } = index.items[at]!
      const method = words.length === 0 ? "none" : index.items[same]!.grams.size === 0 ? "whole" : "probe"
      const base = { item: id, of, words: words.length, method } as const
      const match = best.get(same)
      if (match === undefined) return { ...base, contaminated: false }
      const { id: row, row: found } = rows[match.row]!
      const spans = wordSpans(found.text)
      const [from, to] = [spans.starts[match.from]!, spans.ends[match.to - 1]!]
      const contaminated = match.overlap >= index.items[same]!.needed - 1e-9
      return { ...base, contaminated, row, from, to, span: found.text.slice(from, to), overlap: match.overlap }
    })
    writeFileSync(join(out, "items.jsonl"), records.map((record) => `${JSON.stringify(record)}\n`).join(""))
    used(
      "data",
      rows.map(({ id }) => id)
    )
    used(
      "against",
      items.map(({ id }) => id)
    )
    const found = records.filter(({ contaminated }) => contaminated)
    const share = items.length === 0 ? 0 : found.length / items.length
    const digest = createHash("sha256")
    for (const { text } of items) digest.update(`${text.length}:${text}`)
    const counted = (method: ItemRecord["method"]) => records.filter((record) => record.method === method).length
    const data = {
      items: items.length,
      contaminated: found.length,
      share,
      byInput: tests.map((one, of) => ({
        items: one.length,
        contaminated: found.filter((record) => record.of === of).length
      })),
      lookedForWhole: counted("whole"),
      withoutWords: counted("none"),
      digest: digest.digest("hex"),
      texts: rows.length,
      settings,
      found: found
        .toSorted((a, b) => b.overlap! - a.overlap!)
        .slice(0, quoted)
        .map((record) => ({ ...record, question: items[records.indexOf(record)]!.text.slice(0, 300) }))
    }
    return maxContaminated === undefined ? { data } : { data, passed: share <= maxContaminated }
  }
})
