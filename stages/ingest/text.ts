// ingest.text: plain text as it stands, one row for each file, paragraph or line.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { charsetOf, charsets, decodeText } from "./charset.ts"
import { fileOptions } from "./file-options.ts"
import { refuseForeign } from "./foreign-file.ts"
import { lineFrames } from "./line-frames.ts"
import { paragraphFrames } from "./paragraph-frames.ts"
import { wholeFile } from "./whole-file.ts"

/**
 * Reads text files: each file is a row, or, with `per`, each paragraph (lines up to a blank one) or each line that is not
 * blank, without the blanks around it. Line ends become line feeds; nothing else is changed (`ingest.documents` reduces
 * Markdown, HTML and man pages and joins wrapped lines). `charset` is found for each file: UTF-8 or UTF-16 by their byte
 * order marks, UTF-16 by where its zero bytes stand, UTF-8 where the bytes are, else Windows-1252; a name in its place holds
 * for all files. What is none of these, a file of another kind (an image, a workbook, a compressed file without its ending),
 * or UTF-8 with bytes that are wrong, is an error: of its row where a row is a file,
 * else of the file. Files may be compressed (.gz, .zst, .bz2, .xz).
 *
 * @example
 * // notes.txt
 * //   The gate opens
 * //   at dawn.
 * //
 * //   It closes at dusk.
 * import { ingest } from "#stages"
 * ingest.text({ path: "notes.txt", per: "paragraph" })
 * // → { source: "notes.txt", text: "The gate opens\nat dawn." }
 * // → { source: "notes.txt", text: "It closes at dusk." }
 */
export const text = Stage.source({
  name: "ingest.text",
  options: {
    ...fileOptions,
    per: opt(Schema.Literals(["file", "paragraph", "line"]), "file"),
    charset: opt(Schema.Literals(charsets), "detect")
  },
  emits: { source: Schema.String, text: Schema.String },
  readsPath: true,
  list: ({ path }) => path,
  frame: (bytes, { per, charset }) =>
    per === "file"
      ? wholeFile(bytes)
      : per === "line"
        ? lineFrames(plainUtf8(bytes, charset))
        : paragraphFrames(plainUtf8(bytes, charset)),
  parse: (record, { per, charset }, path) => {
    if (per === "file") refuseForeign(record)
    return { source: path, text: withLineFeeds(decodeText(record, per === "file" ? charset : "utf-8")) }
  }
})

const withLineFeeds = (read: string): string => read.replace(/\r\n?/g, "\n")

/** The same text in UTF-8, with line feeds where lines end with carriage returns alone. */
const plainUtf8 = (bytes: Uint8Array, charset: (typeof charsets)[number]): Uint8Array => {
  refuseForeign(bytes)
  const found = charset === "detect" ? charsetOf(bytes) : charset
  const read = decodeText(bytes, found)
  return found === "utf-8" && bytes.includes(10) ? bytes : Buffer.from(withLineFeeds(read), "utf8")
}
