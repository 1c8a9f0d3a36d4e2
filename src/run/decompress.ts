// Input bytes as a source's `frame` sees them: compression undone by file name, up to a size; broken files told by place.
import { gunzipSync } from "node:zlib"
import { SluiceError } from "../errors.ts"
import { bunzip2 } from "./bzip2.ts"
import { unxz } from "./xz.ts"
import { unzstd } from "./zstd.ts"

/** Undoes one format; more than `limit` bytes are the error `tooLarge()`. */
type Undo = (bytes: Uint8Array, limit: number, tooLarge: () => Error) => Uint8Array | Promise<Uint8Array>

const codecs: { readonly [ending: string]: readonly [name: string, undo: Undo] } = {
  ".gz": ["gzip", (bytes, limit) => gunzipSync(bytes, { maxOutputLength: limit })],
  ".zst": ["zstd", unzstd],
  ".bz2": ["bzip2", bunzip2],
  ".xz": ["xz", unxz]
}

/** The ending that tells how a file is compressed, as it is written; undefined where it is not. */
export const compressionEnding = (path: string): string | undefined => /\.(gz|zst|bz2|xz)$/i.exec(path)?.[0]

/** Compressed tar archives may say both in one word. */
const short: { readonly [ending: string]: string } = {
  ".tgz": ".gz",
  ".tzst": ".zst",
  ".tbz": ".bz2",
  ".tbz2": ".bz2",
  ".txz": ".xz"
}

/**
 * The plain bytes of a file, as its ending says. One that is damaged or cut short is SLUICE_BAD_INPUT, and so is one that
 * becomes larger than `limit` bytes: a few bytes can stand for more than any memory holds.
 */
export const decompress = async (bytes: Uint8Array, path: string, node: string, limit: number): Promise<Uint8Array> => {
  const ending = compressionEnding(path) ?? short[path.slice(path.lastIndexOf(".")).toLowerCase()]
  if (ending === undefined) return bytes
  const [name, undo] = codecs[ending.toLowerCase()]!
  const tooLarge = () =>
    new SluiceError(
      "SLUICE_BAD_INPUT",
      `${node}: ${path} becomes larger than ${limit} bytes when decompressed; it has ${bytes.length}`,
      { hint: "split the file, or raise maxExpandedBytes of the source where the file is what it should be" }
    )
  try {
    return await undo(bytes, limit, tooLarge)
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge()
    throw new SluiceError(
      "SLUICE_BAD_INPUT",
      `${node}: ${path} is no whole ${name} file: ${(cause as Error).message}`,
      {
        evidence: [`${bytes.length} bytes were read`],
        hint: "fetch or compress the file again",
        cause
      }
    )
  }
}
