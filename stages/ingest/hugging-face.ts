// ingest.huggingFace: a split of a data set's folder that is on disk already.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { jsonColumns } from "#sluice/text"
import { csvFrames, csvRow } from "./csv.ts"
import { rowOptions } from "./file-options.ts"
import { utf8Of } from "./foreign-file.ts"
import { splitFiles } from "./hub-folder.ts"
import { parseJsonRecord } from "./json-object.ts"
import { rowFrames } from "./row-frames.ts"

const isCsv = /\.(csv|tsv)(\.(gz|zst|bz2|xz))?$/i
const usualCsv = { delimiter: undefined, quote: '"', header: true as const }

/**
 * Reads a folder that Hugging Face's `datasets` saved (`save_to_disk`: Arrow files, one split or several) or that was
 * fetched from its hub (Parquet, Arrow, JSON or CSV files; `configs` in the head of README.md, else names, tell configurations
 * and splits). `split` is `train`, or the only one, unless it is named; `config` must be named where several are and none is
 * the default. `row` is the schema of the rows; columns it does not name are left out. Nothing is fetched.
 *
 * @example
 * // gates/README.md
 * //   ---
 * //   configs:
 * //   - config_name: default
 * //     data_files:
 * //     - split: train
 * //       path: data/train-*
 * //     - split: test
 * //       path: data/test-*
 * //   ---
 * // gates/data/train-00000-of-00001.parquet
 * //   {"gate": "north", "note": "old"}
 * // gates/data/test-00000-of-00001.parquet
 * //   {"gate": "south", "note": "new"}
 * import * as Schema from "effect/Schema"
 * import { ingest } from "#stages"
 * const row = Schema.Struct({ gate: Schema.String })
 * ingest.huggingFace({ path: "gates", split: "test", row }) // → { gate: "south" }
 */
export const huggingFace = Stage.source({
  name: "ingest.huggingFace",
  options: {
    ...rowOptions,
    path: opt(Schema.String),
    split: opt.maybe(Schema.String),
    config: opt.maybe(Schema.String)
  },
  emits: { option: "row" },
  list: ({ path, split, config }, folder) => splitFiles(folder, { path: path.replace(/\/+$/, ""), split, config }),
  frame: (bytes, { row }, path) =>
    isCsv.test(path)
      ? csvFrames(utf8Of(bytes, "detect"), { ...usualCsv, row }, path)
      : rowFrames(bytes, path, { at: "", maxDepth: 100 }),
  // A record of CSV begins with its delimiter, one of JSON with a brace or what is wrong with it.
  parse: (record, { row }) =>
    record[0] === 0x2c || record[0] === 9 ? csvRow(record, { ...usualCsv, row }) : parseJsonRecord(record),
  parseBatch: jsonColumns
})
