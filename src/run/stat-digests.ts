// Digests of files by path, size, times and inode, kept beside the store: a file that was not touched is not read again.
import { type Stats, statSync } from "node:fs"
import { writeCache } from "../store/durable-file.ts"
import { readSealed, sealed } from "../store/sealed.ts"

type Entry = readonly [size: number, mtime: number, ctime: number, inode: number, digest: string, seen: number]

/**
 * A file changed less than this before it was looked at may change again within a tick of its clock, with the same times
 * and size. Ticks are 16 ms at most where times have a fraction of a millisecond, otherwise up to two seconds (FAT).
 */
const settleMs = (changed: number): number => (changed % 1 === 0 ? 2000 : 250)

/** Files that are looked at when nothing is known yet of the pipeline: stats of more would take longer than they spare. */
const mostLookedAt = 2000

type FileStat = Pick<Stats, "size" | "mtimeMs" | "ctimeMs" | "ino">

/** Whether a file was not touched between two looks at it. */
export const isSameFile = (a: FileStat, b: FileStat): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino

export class StatDigests {
  readonly #path: string
  readonly #entries: Map<string, Entry>
  #changed = false

  /** Kept in the file `path`; `damaged` is told where what is there cannot be used. */
  constructor(path: string, damaged: (path: string, what: string) => void = () => {}) {
    this.#path = path
    const read = readSealed<ReadonlyArray<readonly [string, Entry]>>(path)
    if (read !== undefined && "wrong" in read) damaged(path, read.wrong)
    this.#entries = new Map(read !== undefined && "body" in read ? read.body : [])
  }

  /** The digest of a file that is what it was, as its stat tells. */
  of(file: string, stat: Stats): string | undefined {
    const entry = this.#entries.get(file)
    if (entry === undefined) return undefined
    const [size, mtimeMs, ctimeMs, ino, digest, seen] = entry
    const isSettled = seen - Math.max(mtimeMs, ctimeMs) > settleMs(ctimeMs)
    return isSettled && isSameFile({ size, mtimeMs, ctimeMs, ino }, stat) ? digest : undefined
  }

  /** Whether some file can be looked at and is no longer what it was; of very many files none is looked at. */
  get isAnyOther(): boolean {
    if (this.#entries.size > mostLookedAt) return false
    return [...this.#entries.keys()].some((file) => {
      try {
        return this.of(file, statSync(file)) === undefined
      } catch {
        return false
      }
    })
  }

  /** The digest that a file had when it was last read, whatever it is now. */
  before(file: string): string | undefined {
    return this.#entries.get(file)?.[4]
  }

  /** Notes what was read of a file; `stat` is from before that, taken at `seen`. */
  set(file: string, { size, mtimeMs, ctimeMs, ino }: Stats, seen: number, digest: string): void {
    this.#entries.set(file, [size, mtimeMs, ctimeMs, ino, digest, seen])
    this.#changed = true
  }

  /** Keeps the digests for the next process. */
  save(): void {
    if (this.#changed) writeCache(this.#path, sealed([...this.#entries]))
    this.#changed = false
  }
}
