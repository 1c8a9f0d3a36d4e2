// The pipeline of the dedup figures: each dedup beside the others on the same documents.
import * as Schema from "effect/Schema"
import { param, pipeline } from "#sluice"
import { dedup, ingest } from "#stages"

const document = Schema.Struct({ id: Schema.String, text: Schema.String })
const documents = ingest.jsonl({ path: param("documents", Schema.String, "documents.jsonl"), row: document, key: "id" })

export default pipeline("dedup", {
  datatrove: documents.pipe(dedup.minhash({ profile: "datatrove" })),
  curator: documents.pipe(dedup.minhash({ profile: "curator" })),
  simhash: documents.pipe(dedup.simhash()),
  bloom: documents.pipe(dedup.bloom()),
  sentences: documents.pipe(dedup.sentences()),
  substring: documents.pipe(dedup.substring())
})
