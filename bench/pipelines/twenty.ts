// Twenty nodes over a folder of small files, each reading it on its own.
import * as Schema from "effect/Schema"
import { type Dataset, opt, param, pipeline, Stage } from "#sluice"
import { ingest } from "#stages"

const sized = Stage.map({
  name: "bench.sized",
  needs: { text: Schema.String },
  options: { more: opt(Schema.Int) },
  adds: { size: Schema.Int },
  apply: ({ text }, { more }) => ({ size: text.length + more })
})

const files = ingest.documents({ path: param("files", Schema.String, "raw") })
const outputs: Record<string, Dataset<{ readonly size: number }>> = {}
for (let more = 1; more <= 20; more++) outputs[`sized${more}`] = files.pipe(sized({ more }))

export default pipeline("twenty", outputs)
