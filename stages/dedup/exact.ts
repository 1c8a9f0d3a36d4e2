// dedup.exact: rows whose text is the same, byte for byte, are merged into the first of them.
import * as Schema from "effect/Schema"
import { type Column, input, opt, Stage, type TextColumn } from "#sluice"
import { digest128 } from "#sluice/text"

/**
 * Merges rows with the same value of a column (default `text`) into the first of them, in dataset order. Rows whose value
 * stands in a dataset of `against`, say an earlier corpus, are dropped. Compares 128 bits of sha256. Cheap: put it before
 * everything else.
 *
 * @example
 * import { dedup } from "#stages"
 * rows({ page: 1, text: "dawn" }, { page: 2, text: "dusk" }, { page: 3, text: "dawn" }).pipe(dedup.exact())
 * // → { page: 1, text: "dawn" }
 * // → { page: 2, text: "dusk" }
 * const earlier = rows({ text: "dusk" }, { text: "noon" })
 * rows({ text: "dawn" }, { text: "dusk" }).pipe(dedup.exact({ against: [earlier] })) // → { text: "dawn" }
 * // dropped: 1 duplicate, 1 seen-before
 */
export const exact = Stage.select({
  name: "dedup.exact",
  needs: { by: Schema.String },
  inputs: { against: input.someDatasets({}) },
  prepareOptions: { by: opt.column("text") },
  prepares: { digest: Schema.Uint8Array },
  readsValues: false,
  reasons: ["duplicate", "seen-before"],
  prepare: ({ by }) => ({ digest: digest128(by) }),
  prepareBatch: ({ rows, columns }) => ({ rows, columns: { digest: digests(columns.by as TextColumn, rows) } }),
  resolve: ({ rows, against }, _options, verdicts) => {
    const before = against.reduce((sum, table) => sum + table.rows, 0)
    for (const [row, first] of rows.first("digest", against).entries())
      if (first < before) verdicts.drop(row, "seen-before")
      else if (first - before !== row) verdicts.merge(row, first - before, 1, "duplicate")
  }
})

const digests = ({ bytes, offsets }: TextColumn, rows: number): Column => {
  const out = new Uint8Array(rows * 16)
  const ends = new Int32Array(rows + 1)
  for (let row = 0; row < rows; row++) {
    out.set(digest128(bytes.subarray(offsets[row]!, offsets[row + 1]!)), row * 16)
    ends[row + 1] = (row + 1) * 16
  }
  return { type: "bytes", offsets: ends, bytes: out, valid: undefined }
}
