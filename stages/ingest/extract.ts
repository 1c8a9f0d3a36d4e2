// ingest.extract: the main text of rows that bring a web page.
import * as Schema from "effect/Schema"
import { Stage } from "#sluice"
import { htmlText } from "#sluice/text"

/**
 * Sets `text` to the main content of the page in `html`, as Markdown without navigation, banners and footers; a row without
 * a page keeps the text it has. For rows that come with pages in a column; `ingest.documents` does it for files.
 *
 * @example
 * import { ingest } from "#stages"
 * const page = "<nav>Home</nav><main><p>Opens <b>at</b> dawn.</p></main>"
 * rows({ html: page, text: "" }).pipe(ingest.extract()) // → { text: "Opens at dawn.\n", … }
 */
export const extract = Stage.map({
  name: "ingest.extract",
  needs: { html: Schema.optional(Schema.String), text: Schema.optional(Schema.String) },
  adds: { text: Schema.String },
  apply: ({ html, text }) => ({ text: html === undefined ? (text ?? "") : htmlText(html).text })
})
