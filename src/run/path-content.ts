// Digests of the files that options name by paths: those of gigabytes are hashed in parts, and again only when touched.
import { createHash } from "node:crypto"
import { closeSync, mkdirSync, openSync, readSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { writeDurably } from "../store/durable-file.ts"
import { readSealed, sealed } from "../store/sealed.ts"

type Known = readonly [size: number, mtime: number, ctime: number, inode: number, digest: string, seen: number]

/** A file changed less than this before it was digested may change again within the clock's tick. */
const settleMs = 2000

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

/** Digests by path, size, times and inode, kept beside the store. */
export class PathContents {
  readonly #path: string
  readonly #known: Map<string, Known>
  #changed = false

  constructor(storeRoot: string) {
    this.#path = join(storeRoot, "contents.json")
    const read = readSealed<ReadonlyArray<readonly [string, Known]>>(this.#path)
    this.#known = new Map(read !== undefined && "body" in read ? read.body : [])
  }

  /** sha256 of a file's bytes; throws where there is none. */
  digest(path: string): string {
    const { size, mtimeMs, ctimeMs, ino } = statSync(path)
    const known = this.#known.get(path)
    const same = known?.[0] === size && known[1] === mtimeMs && known[2] === ctimeMs && known[3] === ino
    if (known !== undefined && same && known[5] - mtimeMs > settleMs) return known[4]
    const digest = hashFile(path)
    this.#known.set(path, [size, mtimeMs, ctimeMs, ino, digest, Date.now()])
    this.#changed = true
    return digest
  }

  /** Keeps the digests for the next process. */
  save(): void {
    if (!this.#changed) return
    mkdirSync(dirname(this.#path), { recursive: true })
    writeDurably(this.#path, sealed([...this.#known]))
    this.#changed = false
  }
}
