// The options that every stage which makes a token table has.
import * as Schema from "effect/Schema"
import { opt } from "#sluice"

export const tokenOptions = {
  /** Whose tokenizer, and template if one is used: a model or adapter of the pipeline, or the path of a folder. */
  model: opt.model("tokenizer"),
  /** The most tokens of a sequence. */
  maxTokens: opt(Schema.Int, 256),
  /** What becomes of a longer one: the row is left out, or its first or last tokens are kept. */
  truncate: opt(Schema.Literals(["drop", "keep-start", "keep-end"]), "drop")
}

/** Those of conversations. */
export const chatOptions = {
  ...tokenOptions,
  /** Name of a built-in chat format, or a Jinja template; the model's own if left out. */
  chat: opt.maybe(Schema.String)
}
