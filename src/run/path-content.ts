// Digests of the files that options name by paths: those of gigabytes are hashed in parts, and again only when touched.
import { createHash } from "node:crypto"
import { closeSync, openSync, readSync, statSync } from "node:fs"
import { join } from "node:path"
import { StatDigests } from "./stat-digests.ts"

const hashFile = (path: string): string => {
  const hash = createHash("sha256")
  const part = new Uint8Array(1 << 22)
  const descriptor = openSync(path, "r")
  try {
    for (;;) {
      const count = readSync(descriptor, part)
      if (count === 0) return hash.digest("hex")
      hash.update(part.subarray(0, count))
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Digests of what paths name, kept beside the store. */
export class PathContents {
  readonly #digests: StatDigests

  constructor(storeRoot: string) {
    this.#digests = new StatDigests(join(storeRoot, "contents.json"))
  }

  /** sha256 of a file's bytes; throws where there is none. */
  digest(path: string): string {
    const seen = Date.now()
    const stat = statSync(path)
    const known = this.#digests.of(path, stat)
    if (known !== undefined) return known
    const digest = hashFile(path)
    this.#digests.set(path, stat, seen, digest)
    return digest
  }

  /** Keeps the digests for the next process. */
  save(): void {
    this.#digests.save()
  }
}
