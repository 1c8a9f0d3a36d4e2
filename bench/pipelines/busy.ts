// Row functions that only compute: a derived key a row.
import { pbkdf2Sync } from "node:crypto"
import * as Schema from "effect/Schema"
import { param, pipeline, Stage } from "#sluice"
import { ingest } from "#stages"

/** Compiled code throughout: a loop of JavaScript is measured at the speed at which V8 last compiled it, in each thread another. */
const mixed = Stage.map({
  name: "bench.mixed",
  needs: { n: Schema.Int },
  adds: { mixed: Schema.Int },
  apply: ({ n }) => ({ mixed: pbkdf2Sync(`${n}`, "salt", 16_000, 4, "sha256").readInt32BE() })
})

const row = Schema.Struct({ n: Schema.Int })
const rows = ingest.jsonl({ path: param("rows", Schema.String, "rows.jsonl"), row, partitionBytes: 4096 })

export default pipeline("busy", { mixed: rows.pipe(mixed()) })
