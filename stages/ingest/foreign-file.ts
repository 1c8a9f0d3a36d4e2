// Files of other kinds, given by mistake where text is read: told by how they begin, with what reads them.
import { charsetOf, type charsets, decodeText } from "./charset.ts"

/** How files of a kind begin, what they are, and what to do with one. */
const kinds: ReadonlyArray<readonly [begin: string, what: string, next: string]> = [
  ["\x1f\x8b", "gzip-compressed", "let its name end in .gz"],
  ["\x28\xb5\x2f\xfd", "zstd-compressed", "let its name end in .zst"],
  ["\xfd7zXZ\0", "xz-compressed", "let its name end in .xz"],
  ["BZh", "bzip2-compressed", "let its name end in .bz2"],
  ["PAR1", "a Parquet file", "ingest.parquet reads it"],
  ["ARROW1", "an Arrow file", "ingest.arrow reads it"],
  ["SQLite format 3\0", "an SQLite database", "ingest.sqlite reads it"],
  ["%PDF-", "a PDF", "ingest.documents reads it where its name ends in .pdf"],
  ["\xd0\xcf\x11\xe0", "a document of Office before 2007", "save it as .docx, or a table as CSV"],
  ["Obj\x01", "an Avro file", "write it as Parquet"],
  ["GGUF", "a model in GGUF", "it is no data"],
  ["\x89PNG", "an image (PNG)", "leave it out of the path"],
  ["\xff\xd8\xff", "an image (JPEG)", "leave it out of the path"],
  ["GIF8", "an image (GIF)", "leave it out of the path"],
  ["\x7fELF", "a program (ELF)", "leave it out of the path"],
  ["7z\xbc\xaf\x27\x1c", "a 7z archive", "pack it as zip or tar"],
  ["Rar!", "a RAR archive", "pack it as zip or tar"]
]

/** Zip archives that are documents, by a name that stands in them. */
const zipped: ReadonlyArray<readonly [part: string, what: string, next: string]> = [
  ["xl/workbook.", "an Excel workbook", "save its sheet as CSV"],
  ["word/document.", "a Word document", "ingest.documents reads it where its name ends in .docx"],
  ["ppt/presentation.", "a PowerPoint presentation", "save its text"],
  ["META-INF/container.xml", "an EPUB", "ingest.documents reads it where its name ends in .epub"],
  ["mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file", "save it as .docx, or a sheet as CSV"]
]

const sample = 1 << 16

/** Throws an Error where bytes are of a known kind that is no text, or are none at all. */
export const refuseForeign = (bytes: Uint8Array): void => {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString("latin1")
  const known =
    kinds.find(([begin]) => head.startsWith(begin)) ?? (head.startsWith("PK\x03\x04") ? inZip(bytes) : undefined)
  if (known !== undefined && hasControls(bytes, 1)) throw new Error(`is ${known[1]}, not text: ${known[2]}`)
  if (hasControls(bytes, Math.max(4, Math.min(bytes.length, sample) / 16)))
    throw new Error("is not text: many of its bytes are zero or control characters")
}

const inZip = (bytes: Uint8Array) => {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return zipped.find(([part]) => all.includes(part)) ?? ["PK", "a zip archive", "let its name end in .zip"]
}

/** Whether a file has at least so many bytes that text has none of, at its beginning; those of UTF-16 do not count. */
const hasControls = (bytes: Uint8Array, least: number): boolean => {
  let found = 0
  for (let i = 0; i < bytes.length && i < sample; i++) {
    const byte = bytes[i]!
    // Tabs, line ends and form feeds; backspaces of man pages; escapes of terminals.
    if (byte < 32 && !(byte >= 8 && byte <= 13) && byte !== 27) found++
  }
  if (found === 0 || found < least) return false
  return !isWide(bytes)
}

/** Whether bytes are UTF-16, by their byte order mark or by where their zeros stand. */
const isWide = (bytes: Uint8Array): boolean => {
  try {
    return charsetOf(bytes.subarray(0, sample & ~1)).startsWith("utf-16")
  } catch {
    return false
  }
}

/** The bytes as UTF-8, for formats that should be: as they stand, or, where they are UTF-16, written anew. */
export const asUtf8 = (bytes: Uint8Array): Uint8Array => {
  refuseForeign(bytes)
  return isWide(bytes) ? Buffer.from(decodeText(bytes, "detect"), "utf8") : bytes
}

/** The text of bytes in a character set, as UTF-8. Bytes that are mostly UTF-8 stay as they are. */
export const utf8Of = (bytes: Uint8Array, charset: (typeof charsets)[number]): Uint8Array => {
  refuseForeign(bytes)
  const found = charset === "detect" ? charsetOf(bytes) : charset
  return found === "utf-8" ? bytes : Buffer.from(decodeText(bytes, found), "utf8")
}
