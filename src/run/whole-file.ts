// An input file's bytes: a large one is read beside this thread, which meanwhile does other work.
import { readFileSync, statSync } from "node:fs"
import { open } from "node:fs/promises"
import { sha256 } from "../table/digest.ts"

/** Below this, handing the work to another thread takes longer than doing it. */
export const large = 1 << 20

/** All bytes of a file. One that is cut meanwhile gives fewer. */
export const readWhole = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  const { size } = statSync(path)
  if (size < large) return readFileSync(path)
  const bytes = new Uint8Array(size)
  const file = await open(path)
  try {
    let end = 0
    while (end < size) {
      const { bytesRead } = await file.read(bytes, end, Math.min(size - end, 1 << 30), end)
      if (bytesRead === 0) break
      end += bytesRead
    }
    return end === size ? bytes : bytes.slice(0, end)
  } finally {
    await file.close()
  }
}

/** sha256 as hex, computed beside this thread where there is much of it. */
export const digestBeside = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  bytes.length < large ? sha256(bytes) : Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex")
