// Digests of what lies at the paths that options name: files of gigabytes are hashed in parts, and again only when touched.
import { createHash } from "node:crypto"
import { closeSync, mkdirSync, openSync, readdirSync, readSync, type Stats, statSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { writeDurably } from "../store/durable-file.ts"
import { readSealed, sealed } from "../store/sealed.ts"
import { keyOf } from "../table/digest.ts"

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

  #file(path: string, stat: Stats): string {
    const known = this.#known.get(path)
    const { size, mtimeMs, ctimeMs, ino } = stat
    const same = known?.[0] === size && known[1] === mtimeMs && known[2] === ctimeMs && known[3] === ino
    if (known !== undefined && same && known[5] - mtimeMs > settleMs) return known[4]
    const digest = hashFile(path)
    this.#known.set(path, [size, mtimeMs, ctimeMs, ino, digest, Date.now()])
    this.#changed = true
    return digest
  }

  /**
   * The digest of a file, or of the files below a folder with their places in it; names that begin with a dot are left out.
   * Throws where nothing is there.
   */
  digest(path: string): string {
    const stat = statSync(path)
    if (!stat.isDirectory()) return this.#file(path, stat)
    const files = readdirSync(path, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({ file, name: relative(path, file).split(sep).join("/") }))
      .filter(({ name }) => !/(^|\/)\./.test(name))
      .map((one) => ({ ...one, stat: statSync(one.file) }))
      .filter((one) => one.stat.isFile())
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    return keyOf(files.map((one) => [one.name, this.#file(one.file, one.stat)]))
  }

  /** Keeps the digests for the next process. */
  save(): void {
    if (!this.#changed) return
    mkdirSync(dirname(this.#path), { recursive: true })
    writeDurably(this.#path, sealed([...this.#known]))
    this.#changed = false
  }
}
