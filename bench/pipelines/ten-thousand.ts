// A graph of ten thousand nodes: a hundred branches of a hundred.
import * as Schema from "effect/Schema"
import { type Dataset, param, pipeline } from "#sluice"
import { ingest } from "#stages"
import { above } from "./above.ts"

const row = Schema.Struct({ n: Schema.Int })
const rows = ingest.jsonl({ path: param("rows", Schema.String, "rows.jsonl"), row })
const outputs: Record<string, Dataset<{ readonly n: number }>> = {}
for (let branch = 0; branch < 100; branch++) {
  let kept = rows
  for (let node = 1; node <= 100; node++) kept = kept.pipe(above({ floor: -(branch * 100 + node) }))
  outputs[`branch${branch}`] = kept
}

export default pipeline("ten-thousand", outputs)
