// ingest.extract: the main content of a page, the text of a row without one, and broken pages as browsers read them.
import { expect, it } from "vitest"
import { extract } from "../../../stages/ingest/extract.ts"
import type { Apply } from "../declared.ts"

const { apply } = extract.declaration as Apply

it.each<readonly [what: string, row: { readonly html?: string; readonly text?: string }, text: string]>([
  [
    "a page",
    { html: "<nav>Home</nav><main><h1>Gates</h1><p>Open <b>at</b> dawn.</p></main>" },
    "# Gates\n\nOpen at dawn.\n"
  ],
  ["a page beside a text", { html: "<p>The page.</p>", text: "The text." }, "The page.\n"],
  ["a text", { text: "The text." }, "The text."],
  ["an empty page", { html: "", text: "The text." }, ""],
  ["neither", {}, ""],
  ["tags left open", { html: "<p>One<p>Two <i>three" }, "One\n\nTwo three\n"]
])("%s", (_, row, text) => {
  expect(apply(row, {})).toEqual({ text })
})
