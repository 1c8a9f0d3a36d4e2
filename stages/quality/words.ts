// What a quality filter takes for words: an option that all of them have, since scores depend on it.
import * as Schema from "effect/Schema"
import { makeSpacyTokeniser, type Tokeniser, tokenise } from "#sluice/text"

/** `spacy`: the tokens of spaCy's English tokenizer, as datatrove has them; `plain`: by the rule of `tokenise`, which is plainer. */
export const Words = Schema.Literals(["spacy", "plain"])

/** What a thread has made: texts share most of their words, and a tokeniser remembers how those are cut. */
const made: { spacy?: Tokeniser } = {}

/** The tokeniser of a kind of words. */
export const tokeniserOf = (words: typeof Words.Type): Tokeniser => {
  if (words === "plain") return tokenise
  made.spacy ??= makeSpacyTokeniser()
  return made.spacy
}
