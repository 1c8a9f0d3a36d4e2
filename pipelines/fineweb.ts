// FineWeb's recipe (Penedo et al. 2024, as datatrove's examples/fineweb.py has it) over rows with a page or a text: extract,
// English, Gopher, C4 without its rule on line ends, FineWeb's own rules, near duplicates, personal data.
import * as Schema from "effect/Schema"
import { param, pipeline } from "#sluice"
import { dedup, ingest, quality } from "#stages"

const row = Schema.Struct({
  id: Schema.String,
  url: Schema.String,
  html: Schema.optional(Schema.String),
  text: Schema.optional(Schema.String)
})

const pages = ingest.jsonl({ path: param("corpus", Schema.String, "corpus/*.jsonl.zst"), row, key: "id" })
const written = pages.pipe(
  ingest.extract(),
  quality.language({ keep: ["en"], minConfidence: 0.65 }),
  quality.gopherRepetition(),
  quality.gopher(),
  quality.c4({ filterNoTerminalPunct: false }),
  quality.c4Lines({ filterNoTerminalPunct: false }),
  quality.fineweb()
)
const fineweb = written.pipe(dedup.minhash({ profile: "datatrove" }), quality.redact())

export default pipeline("fineweb", { fineweb })
