// A file's bytes with their digest: of a large one read and hashed beside this thread, which meanwhile does other work.
import { readFileSync, statSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { sha256 } from "../table/digest.ts"

export interface DigestedFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** sha256 as hex. */
  readonly digest: string
}

/** Below this, handing the work to another thread takes longer than doing it. */
const large = 1 << 20

export const readDigested = async (path: string): Promise<DigestedFile> => {
  if (statSync(path).size < large) {
    const bytes = readFileSync(path)
    return { bytes, digest: sha256(bytes) }
  }
  const bytes = await readFile(path)
  const digest = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex")
  return { bytes, digest }
}
