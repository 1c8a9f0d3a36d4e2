// ingest.huggingFace: a split of a data set's folder that is on disk already.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { jsonColumns } from "#sluice/text"
import { rowOptions } from "./file-options.ts"
import { splitFiles } from "./hub-folder.ts"
import { parseJsonRecord } from "./json-object.ts"
import { rowFrames } from "./row-frames.ts"

/**
 * Reads a folder that Hugging Face's `datasets` saved (`save_to_disk`: Arrow files, one split or several) or that was
 * fetched from its hub (Parquet, Arrow or JSON files; `configs` in the head of README.md, else names, tell configurations
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
  frame: (bytes, _options, path) => rowFrames(bytes, path, { at: "", maxDepth: 100 }),
  parse: parseJsonRecord,
  parseBatch: jsonColumns
})
