// A document of the corpus: a page, or a text as it stands.
import * as Schema from "effect/Schema"

export const document = Schema.Struct({
  id: Schema.String,
  url: Schema.String,
  text: Schema.optional(Schema.String),
  html: Schema.optional(Schema.String)
})
