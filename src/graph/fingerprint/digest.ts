// One way to hash: sha256 in hex, over bytes or over text whose parts are kept apart.
import { createHash, hash } from "node:crypto"
import { closeSync, openSync, readSync } from "node:fs"

/** sha256 of bytes or text, as hex. */
export function digest(content: string | Uint8Array): string {
  return hash("sha256", content)
}

/** Bytes of a file that are hashed in one go: packages hold libraries of a hundred megabytes, and memory is new for each. */
const part = new Uint8Array(1 << 20)

/** sha256 of a file's bytes, as hex. */
export function digestFile(path: string): string {
  const whole = createHash("sha256")
  const file = openSync(path, "r")
  try {
    for (;;) {
      const count = readSync(file, part)
      if (count === 0) return whole.digest("hex")
      whole.update(part.subarray(0, count))
    }
  } finally {
    closeSync(file)
  }
}

/** sha256 of a list of texts; no two different lists give the same text to hash. */
export function digestList(parts: ReadonlyArray<string>): string {
  let joined = ""
  for (const part of parts) joined += `${part.length}:${part}`
  return hash("sha256", joined)
}
