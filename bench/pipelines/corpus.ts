// The pipeline of the scale figures: many documents through six row-local stages, exact and MinHash dedup.
import * as Schema from "effect/Schema"
import { param, pipeline } from "#sluice"
import { dedup, ingest, quality } from "#stages"
import { document } from "./document.ts"

const documents = ingest.jsonl({ path: param("corpus", Schema.String, "corpus/*.jsonl"), row: document, key: "id" })
const clean = documents.pipe(
  ingest.extract(),
  dedup.exact({ by: "text" }),
  quality.language({ keep: ["en"] }),
  quality.gopher({ words: "plain", minAlphabeticShare: 0.5 }),
  quality.gopherRepetition({ words: "plain" }),
  dedup.minhash(),
  quality.redact()
)

export default pipeline("corpus", { clean })
