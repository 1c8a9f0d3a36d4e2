// Row functions that only compute: a stretch of integer arithmetic a row.
import * as Schema from "effect/Schema"
import { param, pipeline, Stage } from "#sluice"
import { ingest } from "#stages"

/**
 * The loop stands alone: compiled while it runs for the first time, it must not hold what only comes after it, or the
 * compiler gives it up at the end of every row.
 */
const stirred = (start: number): number => {
  let mixed = start | 0
  for (let round = 0; round < 600_000; round++) mixed = (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) + round) | 0
  return mixed
}

const mixed = Stage.map({
  name: "bench.mixed",
  needs: { n: Schema.Int },
  adds: { mixed: Schema.Int },
  apply: ({ n }) => ({ mixed: stirred(n) })
})

const row = Schema.Struct({ n: Schema.Int })
const rows = ingest.jsonl({ path: param("rows", Schema.String, "rows.jsonl"), row, partitionBytes: 4096 })

export default pipeline("busy", { mixed: rows.pipe(mixed()) })
