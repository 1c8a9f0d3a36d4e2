// A document of the corpus, and its text: that of a page, or as it stands.
import * as Schema from "effect/Schema"
import { Stage } from "#sluice"
import { htmlText } from "#sluice/text"

export const document = Schema.Struct({
  id: Schema.String,
  url: Schema.String,
  text: Schema.optional(Schema.String),
  html: Schema.optional(Schema.String)
})

export const plain = Stage.map({
  name: "bench.plain",
  needs: { text: Schema.optional(Schema.String), html: Schema.optional(Schema.String) },
  adds: { text: Schema.String },
  apply: ({ text, html }) => ({ text: html === undefined ? (text ?? "") : htmlText(html).text })
})
