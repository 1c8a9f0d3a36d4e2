// Ten nodes: what a hundred cost more is the nodes' own.
import * as Schema from "effect/Schema"
import { param, pipeline } from "#sluice"
import { ingest } from "#stages"
import { above } from "./above.ts"

const row = Schema.Struct({ n: Schema.Int })
let kept = ingest.jsonl({ path: param("rows", Schema.String, "rows.jsonl"), row, partitionBytes: 1024 })
for (let node = 1; node < 10; node++) kept = kept.pipe(above({ floor: -node }))

export default pipeline("ten", { kept })
