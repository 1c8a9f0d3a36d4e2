// One way to hash: sha256 in hex, over bytes or over text whose parts are kept apart.
import { hash } from "node:crypto"

/** sha256 of bytes or text, as hex. */
export function digest(content: string | Uint8Array): string {
  return hash("sha256", content)
}

/** sha256 of a list of texts; no two different lists give the same text to hash. */
export function digestList(parts: ReadonlyArray<string>): string {
  let joined = ""
  for (const part of parts) joined += `${part.length}:${part}`
  return hash("sha256", joined)
}
