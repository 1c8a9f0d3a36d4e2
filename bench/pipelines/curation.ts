// The pipeline of the curation figures: each stage beside the others on the same documents, and the quality filters in a row.
import * as Schema from "effect/Schema"
import { param, pipeline } from "#sluice"
import { dedup, ingest, quality } from "#stages"

const document = Schema.Struct({ id: Schema.String, text: Schema.String })
const documents = ingest.jsonl({ path: param("documents", Schema.String, "documents.jsonl"), row: document, key: "id" })

export default pipeline("curation", {
  exact: documents.pipe(dedup.exact()),
  minhash: documents.pipe(dedup.minhash()),
  language: documents.pipe(quality.language({ keep: ["en"] })),
  quality: documents.pipe(quality.gopher(), quality.gopherRepetition(), quality.fineweb()),
  redacted: documents.pipe(quality.redact())
})
