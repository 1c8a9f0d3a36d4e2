// The pipeline of the figures on meaning: the same texts by an encoder's vectors and by hashed ones.
import * as Schema from "effect/Schema"
import { param, pipeline } from "#sluice"
import { dedup, ingest } from "#stages"

const text = Schema.Struct({ id: Schema.String, text: Schema.String })
const texts = ingest.jsonl({
  path: param("texts", Schema.String, "texts.jsonl"),
  row: text,
  key: "id",
  partitionBytes: 65_536
})

export default pipeline("semantic", {
  encoded: texts.pipe(dedup.semantic({ model: param("model", Schema.String, "model"), threshold: 0.9 })),
  hashed: texts.pipe(dedup.semantic({ threshold: 0.9 }))
})
