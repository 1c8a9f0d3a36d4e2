// Digests npm packages with everything below them: what the lockfile promises and the files that are really there.
import { createHash } from "node:crypto"
import { lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { digestFile, digestList } from "./digest.ts"
import type { SharedDigests, StoredDigest } from "./shared-digests.ts"

export interface PackageFacts {
  readonly name: string
  readonly version: string
  /** Over name, version, integrity and files of the package and of all it depends on. */
  readonly digest: string
  /** Whether the package says that loading it does nothing. */
  readonly isInert: boolean
}

/** Digests of packages' files by directory, with the state of the files they are true of. */
export type StoredDigests = Map<string, StoredDigest>

interface LockEntry {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly sideEffects?: unknown
  readonly dependencies?: { readonly [name: string]: string }
  readonly optionalDependencies?: { readonly [name: string]: string }
  readonly peerDependencies?: { readonly [name: string]: string }
  readonly bin?: unknown
}

type Lock = { readonly [place: string]: LockEntry }

const CLOCK_TICK_MS = 2000
/** Node runs no TypeScript of an installed package. */
const NOT_RUN = /\.([mc]?ts|map)$/

/** The installed packages as one process sees them; each directory is looked at once. */
export class InstalledPackages {
  readonly #stored: StoredDigests
  readonly #shared: SharedDigests | undefined
  readonly #facts = new Map<string, PackageFacts>()
  readonly #own = new Map<string, { text: string; dependencies: ReadonlyArray<[string, string]> }>()
  /** What was looked at, by directory. */
  readonly #seen = new Map<string, StoredDigest>()
  readonly #locks = new Map<string, { root: string; lock: Lock } | undefined>()

  /** `stored` are those of a store, `shared` those of all. */
  constructor(stored: StoredDigests, shared?: SharedDigests) {
    this.#stored = stored
    this.#shared = shared
  }

  /** What is installed in the directory. */
  facts(directory: string): PackageFacts {
    let facts = this.#facts.get(directory)
    if (!facts) {
      const manifest = readManifest(directory)
      const name = manifest.name ?? ""
      const inert =
        manifest.sideEffects === false || (Array.isArray(manifest.sideEffects) && !manifest.sideEffects.length)
      facts = {
        name,
        version: this.#lockEntry(directory)?.version ?? manifest.version ?? "",
        digest: this.#subtreeDigest(directory),
        isInert: inert || name === "effect" || name.startsWith("@effect/")
      }
      this.#facts.set(directory, facts)
    }
    return facts
  }

  /** Numbers the packages by a walk in order of names, so that hoisting does not matter. */
  #subtreeDigest(top: string): string {
    const numbers = new Map<string, number>()
    const parts: string[] = []
    const visit = (directory: string): number => {
      const known = numbers.get(directory)
      if (known !== undefined) return known
      const number = numbers.size
      numbers.set(directory, number)
      const own = this.#ownText(directory)
      parts.push(own.text)
      const below = own.dependencies.map(([name, place]) => `${name}=${visit(place)}`)
      parts.push(`${number}:${below.join(",")}`)
      return number
    }
    visit(top)
    return digestList(parts)
  }

  #ownText(directory: string): { text: string; dependencies: ReadonlyArray<[string, string]> } {
    let own = this.#own.get(directory)
    if (!own) {
      const manifest = readManifest(directory)
      const entry = this.#lockEntry(directory)
      const promised = [entry?.version, entry?.integrity ?? entry?.resolved].map((value) => value ?? "")
      const named = { ...manifest.peerDependencies, ...manifest.optionalDependencies, ...manifest.dependencies }
      const dependencies = Object.keys(named)
        .sort()
        .flatMap((name): ReadonlyArray<[string, string]> => {
          const place = findPackage(directory, name)
          return place === undefined || isNode(readManifest(place)) ? [] : [[name, place]]
        })
      const parts = [manifest.name ?? "", manifest.version ?? "", ...promised, this.#filesDigest(directory)]
      own = { text: digestList(parts), dependencies }
      this.#own.set(directory, own)
    }
    return own
  }

  #filesDigest(directory: string): string {
    const files = listFiles(directory)
    const state = stateOf(files)
    const known = [this.#stored, this.#shared].map((digests) => digests?.get(directory))
    const seen = known.find((one) => one?.state === state) ?? { state, digest: contentOf(directory, files) }
    this.#seen.set(directory, seen)
    if (known.includes(seen) || files.newest < Date.now() - CLOCK_TICK_MS) {
      this.#stored.set(directory, seen)
      this.#shared?.set(directory, seen)
    } else this.#stored.delete(directory)
    return seen.digest
  }

  /** A directory whose files are not those that were looked at. A hard link made elsewhere changes their state alone. */
  changed(): string | undefined {
    for (const [directory, seen] of this.#seen) {
      const files = listFiles(directory)
      const state = stateOf(files)
      if (state === seen.state) continue
      if (contentOf(directory, files) !== seen.digest) return directory
      this.#seen.set(directory, { state, digest: seen.digest })
    }
    return undefined
  }

  #lockEntry(directory: string): LockEntry | undefined {
    const marker = directory.indexOf(`${sep}node_modules${sep}`)
    const found = this.#lock(marker < 0 ? directory : directory.slice(0, marker))
    return found?.lock[relative(found.root, directory).split(sep).join("/")]
  }

  #lock(start: string): { root: string; lock: Lock } | undefined {
    if (this.#locks.has(start)) return this.#locks.get(start)
    const lock =
      readLock(join(start, "package-lock.json")) ?? readLock(join(start, "node_modules", ".package-lock.json"))
    const parent = dirname(start)
    const found = lock ? { root: start, lock } : parent === start ? undefined : this.#lock(parent)
    this.#locks.set(start, found)
    return found
  }
}

/** A package's own files in order, without those that never run. */
interface PackageFiles {
  readonly paths: Array<string>
  /** Of each file its size, the times of its last changes and its inode. */
  readonly stats: Array<number>
  /** The time of the newest change. */
  newest: number
}

const stateOf = ({ paths, stats }: PackageFiles): string =>
  createHash("sha256").update(digestList(paths)).update(Float64Array.from(stats)).digest("hex")

const contentOf = (directory: string, { paths }: PackageFiles): string =>
  digestList(paths.flatMap((path) => [path, digestFile(join(directory, path))]))

function readLock(path: string): Lock | undefined {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { packages?: Lock }).packages
  } catch {
    return undefined
  }
}

function readManifest(directory: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest
  } catch {
    return {}
  }
}

/** Whether the package is Node itself, of which keys take what matters from the process that runs. */
function isNode({ bin }: Manifest): boolean {
  return typeof bin === "object" && bin !== null && "node" in bin
}

function findPackage(from: string, name: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    try {
      const real = realpathSync.native(join(directory, "node_modules", name))
      lstatSync(join(real, "package.json"))
      return real
    } catch {
      if (dirname(directory) === directory) return undefined
    }
  }
}

function listFiles(
  directory: string,
  below = "",
  files: PackageFiles = { paths: [], stats: [], newest: 0 }
): PackageFiles {
  const folder = join(directory, below)
  const entries = readdirSync(folder, { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const { name } = entry
    const path = below === "" ? name : `${below}/${name}`
    if (entry.isDirectory()) {
      if (name !== "node_modules" && name !== ".git") listFiles(directory, path, files)
    } else if (!NOT_RUN.test(name) && entry.isFile()) {
      const { size, mtimeMs, ctimeMs, ino } = lstatSync(`${folder}${sep}${name}`)
      files.paths.push(path)
      files.stats.push(size, mtimeMs, ctimeMs, ino)
      files.newest = Math.max(files.newest, mtimeMs, ctimeMs)
    }
  }
  return files
}
