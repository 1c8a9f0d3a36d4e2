// An input file's bytes and their digest: a large file is read beside this thread, which meanwhile digests what is there.
import { createHash } from "node:crypto"
import { closeSync, openSync, read, readFileSync, statSync } from "node:fs"
import { promisify } from "node:util"
import { sha256 } from "../table/digest.ts"

/** Below this, handing the work to another thread takes longer than doing it. */
const large = 1 << 20

/** Bytes that are read in one go, those before being digested meanwhile. */
const partBytes = 1 << 26

const readPart = promisify(read)

export interface WholeFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** sha256 as hex. */
  readonly digest: string
}

/** All bytes of a file. One that is cut meanwhile gives fewer. */
export const readWhole = async (path: string): Promise<WholeFile> => {
  const { size } = statSync(path)
  if (size < large) {
    const bytes = readFileSync(path)
    return { bytes, digest: sha256(bytes) }
  }
  const bytes = new Uint8Array(size)
  const hash = createHash("sha256")
  const file = openSync(path, "r")
  try {
    const readAt = (at: number) => readPart(file, bytes, at, Math.min(size - at, partBytes), at)
    let end = 0
    for (let reading = readAt(0); end < size; ) {
      const { bytesRead } = await reading
      if (bytesRead === 0) break
      const part = bytes.subarray(end, end + bytesRead)
      end += bytesRead
      if (end < size) reading = readAt(end)
      hash.update(part)
    }
    return { bytes: end === size ? bytes : bytes.slice(0, end), digest: hash.digest("hex") }
  } finally {
    closeSync(file)
  }
}
