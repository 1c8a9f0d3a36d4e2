// The row-local stages of the corpus pipeline alone: what more workers should make faster.
import * as Schema from "effect/Schema"
import { param, pipeline } from "#sluice"
import { ingest, quality } from "#stages"
import { document } from "./document.ts"

const documents = ingest.jsonl({ path: param("corpus", Schema.String, "corpus/*.jsonl"), row: document, key: "id" })
const clean = documents.pipe(
  ingest.extract(),
  quality.language({ keep: ["en"] }),
  quality.gopher({ words: "plain", minAlphabeticShare: 0.5 }),
  quality.gopherRepetition({ words: "plain" }),
  quality.redact()
)

export default pipeline("chain", { clean })
