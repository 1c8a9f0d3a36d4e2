// The form every document format is brought to: plain Markdown with headings, lists, tables and code, no links or emphasis.

/** A document's title and its text as plain Markdown: one paragraph a line, blocks set apart by an empty line. */
export interface DocumentText {
  readonly title: string
  readonly text: string
}

/** Puts the title above a text that does not start with it, and drops surplus empty lines. */
export const documentText = (title: string, blocks: ReadonlyArray<string>): DocumentText => {
  const body = blocks.filter(isFilled)
  const heading = body.findIndex(isHeading)
  const own = heading === -1 ? "" : body[heading]!.slice(2).trim()
  const shown = title === "" ? own : title
  if (shown !== "" && (heading === -1 || heading > 2)) body.unshift(`# ${shown}`)
  return { title: shown, text: body.length === 0 ? "" : `${body.join("\n\n")}\n` }
}

const isFilled = (block: string): boolean => block.trim() !== ""

const isHeading = (block: string): boolean => block.startsWith("# ")

/** Runs of white space become one space. */
export const squeeze = (text: string): string => text.replace(/[ \t\r\n\f\v\u00a0]+/g, " ").trim()
