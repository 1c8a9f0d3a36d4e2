// The pipeline of the scale figures: many documents through six row-local stages, exact and MinHash dedup.
import * as Schema from "effect/Schema"
import { param, pipeline, Stage } from "#sluice"
import { htmlText } from "#sluice/text"
import { dedup, ingest, quality } from "#stages"

const row = Schema.Struct({
  id: Schema.String,
  url: Schema.String,
  text: Schema.optional(Schema.String),
  html: Schema.optional(Schema.String)
})

const plain = Stage.map({
  name: "bench.plain",
  needs: { text: Schema.optional(Schema.String), html: Schema.optional(Schema.String) },
  adds: { text: Schema.String },
  apply: ({ text, html }) => ({ text: html === undefined ? (text ?? "") : htmlText(html).text })
})

const documents = ingest.jsonl({ path: param("corpus", Schema.String, "corpus/*.jsonl"), row, key: "id" })
const clean = documents.pipe(
  plain(),
  dedup.exact({ by: "text" }),
  quality.language({ keep: ["en"] }),
  quality.gopher({ minAlphabeticShare: 0.5 }),
  quality.gopherRepetition(),
  dedup.minhash(),
  quality.redact()
)

export default pipeline("corpus", { clean })
