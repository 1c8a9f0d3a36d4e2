// Input bytes as a source's `frame` sees them: gzip and zstd undone by file name, broken files told by place.
import { gunzipSync, zstdDecompressSync } from "node:zlib"
import { SluiceError } from "../errors.ts"

const codecs: ReadonlyArray<readonly [RegExp, string, (bytes: Uint8Array) => Uint8Array]> = [
  [/\.gz$/i, "gzip", (bytes) => gunzipSync(bytes)],
  [/\.zst$/i, "zstd", (bytes) => zstdDecompressSync(bytes)]
]

export const decompress = (bytes: Uint8Array, path: string, node: string): Uint8Array => {
  const codec = codecs.find(([ending]) => ending.test(path))
  if (codec === undefined) return bytes
  const [, name, undo] = codec
  try {
    return undo(bytes)
  } catch (cause) {
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
