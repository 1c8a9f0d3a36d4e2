// The pipeline of the figure for a whole corpus: files to final verdicts, all filters with the words that datatrove counts.
import * as Schema from "effect/Schema"
import { param, pipeline } from "#sluice"
import { dedup, ingest, quality } from "#stages"
import { document } from "./document.ts"

const documents = ingest.jsonl({
  path: param("corpus", Schema.String, "corpus/*.jsonl.zst"),
  row: document,
  key: "id"
})
const clean = documents.pipe(
  ingest.extract(),
  dedup.exact(),
  quality.language({ keep: ["en"] }),
  quality.gopher({ minAlphabeticShare: param("alphabetic", Schema.Finite, 0.5) }),
  quality.gopherRepetition(),
  quality.fineweb(),
  dedup.minhash(),
  quality.redact()
)

export default pipeline("clean", { clean })
