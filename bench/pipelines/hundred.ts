// A hundred nodes over a thousand small partitions.
import * as Schema from "effect/Schema"
import { param, pipeline } from "#sluice"
import { ingest } from "#stages"
import { above } from "./above.ts"

const row = Schema.Struct({ n: Schema.Int })
let kept = ingest.jsonl({ path: param("rows", Schema.String, "rows.jsonl"), row, partitionBytes: 1024 })
for (let node = 1; node < 100; node++) kept = kept.pipe(above({ floor: -node }))

export default pipeline("hundred", { kept })
