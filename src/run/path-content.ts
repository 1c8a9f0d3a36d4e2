// Digests of the files that options name by paths: those of gigabytes are hashed in parts, and again only when touched.
import { readdirSync, type Stats, statSync } from "node:fs"
import { join, relative, sep } from "node:path"
import { digestFile } from "../graph/fingerprint/digest.ts"
import { isSameFile, StatDigests } from "./stat-digests.ts"

/** The names of all files below a folder but hidden ones, in order. */
export const namesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((name) => !name.split("/").some((part) => part.startsWith(".")))
    .sort()

/** Digests of what paths name, kept beside the store. */
export class PathContents {
  readonly #path: string
  #digests: StatDigests | undefined
  /** Of the files that were digested here, from before that. */
  readonly #stats = new Map<string, Stats>()

  constructor(storeRoot: string) {
    this.#path = join(storeRoot, "contents.json")
  }

  /** sha256 of a file's bytes; throws where there is none. */
  digest(path: string): string {
    const seen = Date.now()
    const stat = statSync(path)
    this.#stats.set(path, stat)
    this.#digests ??= new StatDigests(this.#path)
    const known = this.#digests.of(path, stat)
    if (known !== undefined) return known
    const digest = digestFile(path)
    this.#digests.set(path, stat, seen, digest)
    return digest
  }

  /** A file at a path, or below it, that was written, added or removed since it was digested here; undefined where none was. */
  changed(path: string): string | undefined {
    const isThere = statSync(path, { throwIfNoEntry: false })
    if (isThere === undefined) return path
    const now = isThere.isFile() ? [path] : namesBelow(path).map((name) => join(path, name))
    const before = [...this.#stats.keys()].filter((file) => file === path || file.startsWith(join(path, sep)))
    return [...new Set([...before, ...now])].find((file) => {
      const [stat, is] = [this.#stats.get(file), statSync(file, { throwIfNoEntry: false })]
      return stat === undefined || is === undefined || !isSameFile(stat, is)
    })
  }

  /** Keeps the digests for the next process. */
  save(): void {
    this.#digests?.save()
  }
}
