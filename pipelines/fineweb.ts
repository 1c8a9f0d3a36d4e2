// FineWeb's recipe (Penedo et al. 2024, as datatrove's examples/fineweb.py has it) over rows with a page or a text: extract,
// English, Gopher, C4 without its rule on line ends, FineWeb's own rules, near duplicates, personal data.
import * as Schema from "effect/Schema"
import { param, pipeline, Stage } from "#sluice"
import { htmlText } from "#sluice/text"
import { dedup, ingest, quality } from "#stages"

const row = Schema.Struct({
  id: Schema.String,
  url: Schema.String,
  html: Schema.optional(Schema.String),
  text: Schema.optional(Schema.String)
})

/** The main content of a page; a row that brings its text keeps it. */
const extract = Stage.map({
  name: "fineweb.extract",
  needs: { html: Schema.optional(Schema.String), text: Schema.optional(Schema.String) },
  adds: { text: Schema.String },
  apply: ({ html, text }) => ({ text: html === undefined ? (text ?? "") : htmlText(html).text })
})

const pages = ingest.jsonl({ path: param("corpus", Schema.String, "corpus/*.jsonl.zst"), row, key: "id" })
const written = pages.pipe(
  extract(),
  quality.language({ keep: ["en"], minConfidence: 0.65 }),
  quality.gopherRepetition(),
  quality.gopher(),
  quality.c4({ filterNoTerminalPunct: false }),
  quality.c4Lines({ filterNoTerminalPunct: false }),
  quality.fineweb()
)
const fineweb = written.pipe(dedup.minhash({ ngram: 5, bands: 14, rows: 8 }), quality.redact())

export default pipeline("fineweb", { fineweb })
