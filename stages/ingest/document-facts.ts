// What every document format gives: its text as plain Markdown, and what it says about itself.
import type { DocumentText } from "#sluice/text"

/** Null where a document does not say. */
export interface DocumentFacts extends DocumentText {
  readonly language: string | null
  readonly canonical: string | null
  readonly url: string | null
  readonly date: string | null
  readonly author: string | null
}

const silent = { language: null, canonical: null, url: null, date: null, author: null }

/** A text of a format that says nothing else about itself, or only some of it. */
export const factsOf = (text: DocumentText, said: Partial<DocumentFacts> = {}): DocumentFacts => ({
  ...silent,
  ...text,
  ...said
})

/** Text that was said, without blanks around it; null where there is none. */
export const said = (text: string | null | undefined): string | null => {
  const plain = text?.replace(/\s+/g, " ").trim() ?? ""
  return plain === "" ? null : plain
}
