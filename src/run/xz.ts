// xz undone, with several streams and padding between them; the library is loaded where a file needs it.

/** What the library's numbers say. */
const wrongs: { readonly [code: string]: string } = {
  2: "its kind of checksum cannot be verified here",
  3: "there is not enough memory",
  4: "there is not enough memory",
  5: "it does not begin as xz files do",
  6: "it uses a filter or checksum that is not read here",
  7: "the data is damaged",
  8: "unexpected end of file"
}

/** The plain bytes; throws an Error that says what is wrong, or `tooLarge()` where there are more than `limit`. */
export const unxz = async (bytes: Uint8Array, limit: number, tooLarge: () => Error): Promise<Uint8Array> => {
  if (bytes.length === 0) throw new Error("unexpected end of file")
  const { default: xz } = await import("xz-decompress")
  const parts: Array<Uint8Array> = []
  let size = 0
  const reader = new xz.XzReadableStream(new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()).getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length
      if (size > limit) {
        const error = tooLarge()
        await reader.cancel(error)
        throw error
      }
      parts.push(next.value)
    }
  } catch (cause) {
    const code = /error code (\d+)$/.exec((cause as Error).message)?.[1]
    throw code === undefined ? cause : new Error(wrongs[code] ?? "the data is damaged", { cause })
  }
  return Buffer.concat(parts, size)
}
