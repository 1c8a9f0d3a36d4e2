// The framing of a document: the whole file is one record.
import type { Frames } from "#sluice"

/** One record that spans the file. */
export const wholeFile = (bytes: Uint8Array): Frames => ({
  count: 1,
  record: () => bytes,
  place: () => ({ start: 0, end: bytes.length })
})
