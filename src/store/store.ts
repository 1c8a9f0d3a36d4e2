// The store: blobs by their digest, results by their key, references by name. A damaged entry is as good as none.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { sha256 } from "../table/digest.ts"
import { type Damage, DamagedObject, damageText } from "./damage.ts"
import { diskError, onDisk, removeIfPossible, writeDurably } from "./durable-file.ts"
import { listed } from "./folder.ts"
import { readSealed, sealed } from "./sealed.ts"

export { type Damage, DamagedObject } from "./damage.ts"

/** A result that came out otherwise than it stands under its key. */
export interface Difference {
  readonly kind: "difference"
  readonly name: string
}

type Stored = "object" | "result"

const folders = ["objects", "actions", "refs", "runs", "damaged"]

export class Store {
  readonly root: string
  readonly #cache = new Map<string, Uint8Array>()
  #cached = 0
  /** Objects that were seen to be there: gc removes none under a run, and what gets lost is found when it is read. */
  readonly #present = new Set<string>()
  #tell: ((found: Damage | Difference) => void) | undefined
  readonly #untold: Array<Damage | Difference> = []

  constructor(root: string) {
    this.root = root
    onDisk(root, () => {
      for (const folder of folders) mkdirSync(join(root, folder), { recursive: true })
    })
  }

  /** Has damage and differences told as they are found; what was found before is told at once. */
  onFound(tell: (found: Damage | Difference) => void) {
    this.#tell = tell
    for (const found of this.#untold.splice(0)) tell(found)
  }

  found(found: Damage | Difference) {
    if (this.#tell === undefined) this.#untold.push(found)
    else this.#tell(found)
  }

  objectPath(digest: string): string {
    return join(this.root, "objects", digest.slice(0, 2), digest.slice(2))
  }

  protected actionPath(key: string): string {
    return join(this.root, "actions", key.slice(0, 2), `${key.slice(2)}.json`)
  }

  /** Stores bytes under their digest; does nothing where they are stored already. */
  put(bytes: Uint8Array): string {
    const digest = sha256(bytes)
    const path = this.objectPath(digest)
    if (statSync(path, { throwIfNoEntry: false })?.size !== bytes.length) this.write(path, bytes)
    return digest
  }

  /** The size of an object in bytes; 0 where it is not there. */
  size(digest: string): number {
    return statSync(this.objectPath(digest), { throwIfNoEntry: false })?.size ?? 0
  }

  has(digest: string): boolean {
    if (this.#present.has(digest)) return true
    if (!existsSync(this.objectPath(digest))) return false
    this.#present.add(digest)
    return true
  }

  /** Forgets which objects were seen: some may have been removed. */
  lookAgain() {
    this.#present.clear()
  }

  /** The bytes of an object, verified against its name. Small ones are kept in memory for a while. */
  get(digest: string): Uint8Array {
    const known = this.#cache.get(digest)
    if (known !== undefined) return known
    const path = this.objectPath(digest)
    let bytes: Uint8Array
    try {
      bytes = readFileSync(path)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === "ENOENT") throw this.#lost("object", digest, "missing")
      if (code === "EIO") throw this.#lost("object", digest, "it cannot be read (EIO)")
      throw diskError(path, cause)
    }
    if (sha256(bytes) !== digest) throw this.#lost("object", digest, "its bytes do not match its name")
    if (bytes.length < 1 << 20) this.#remember(digest, bytes)
    return bytes
  }

  #remember(digest: string, bytes: Uint8Array) {
    if (this.#cached + bytes.length > 64 << 20) {
      this.#cache.clear()
      this.#cached = 0
    }
    this.#cache.set(digest, bytes)
    this.#cached += bytes.length
  }

  /** Puts away what is damaged, so that it counts as gone, and gives the error for who cannot do without. */
  #lost(kind: Stored, name: string, what: string): DamagedObject {
    const damage = this.#damage(kind, name, what)
    this.putAway(damage)
    return new DamagedObject(name, damage.path, damageText(damage))
  }

  #damage(kind: Stored, name: string, what: string): Damage {
    return { kind, name, what, path: kind === "object" ? this.objectPath(name) : this.actionPath(name) }
  }

  /**
   * Takes something damaged out of the way, by a rename into `damaged/`: as long as anything lies there, plans look
   * whether what a result names exists. Of what is missing the name alone is put there. Refs stay where they are.
   */
  putAway(damage: Damage) {
    const { kind, name, path } = damage
    if (kind === "object" || kind === "result") {
      this.#cache.delete(name)
      this.#present.delete(name)
      const away = this.#awayPath(damage)
      try {
        renameSync(path, away)
      } catch {
        removeIfPossible(path)
        try {
          writeFileSync(away, "", { flag: "wx" })
        } catch {
          // It is there already, or the disk forbids it.
        }
      }
    }
    this.found(damage)
  }

  /** Notes that something is missing which something else names. */
  putAwayMissing(kind: Stored, name: string): Damage {
    const damage = this.#damage(kind, name, "missing")
    this.putAway(damage)
    return damage
  }

  #awayPath({ kind, name }: Pick<Damage, "kind" | "name">): string {
    return join(this.root, "damaged", kind === "object" ? name : `${name}.json`)
  }

  /** What was put away and neither made anew nor forgotten yet. */
  away(): ReadonlyArray<Damage> {
    return names(join(this.root, "damaged"), "").map((file) => {
      const kind = file.endsWith(".json") ? "result" : "object"
      const isEmpty = statSync(join(this.root, "damaged", file), { throwIfNoEntry: false })?.size === 0
      return this.#damage(kind, file.replace(/\.json$/, ""), isEmpty ? "missing" : "it was put away")
    })
  }

  /** Lets go of something that was put away: it was made anew, or nothing names it. */
  forget(damage: Pick<Damage, "kind" | "name">) {
    removeIfPossible(this.#awayPath(damage))
  }

  /** Writes a result or ref to where others see it. */
  protected publish(path: string, text: string): void {
    this.write(path, text)
  }

  /** Writes a file that others see whole or not at all. */
  protected write(path: string, bytes: Uint8Array | string): void {
    writeDurably(path, bytes)
  }

  /** Records a result under its key. Written last: what it names exists already. */
  putAction(key: string, body: unknown): void {
    this.publish(this.actionPath(key), sealed(body))
  }

  /**
   * To be called before a result is put: tells where the one that stands under its key says something else. One key
   * means the same code on the same input, so it must not.
   */
  compare<A>(key: string, now: A, content: (body: A) => unknown): void {
    const before = this.action<A>(key)
    if (before !== undefined && JSON.stringify(content(before)) !== JSON.stringify(content(now)))
      this.found({ kind: "difference", name: key })
  }

  /** The result stored under a key, or undefined where there is none or it is damaged. */
  action<A>(key: string): A | undefined {
    const read = readSealed<A>(this.actionPath(key))
    if (read === undefined || "body" in read) return read?.body
    this.#lost("result", key, read.wrong)
    return undefined
  }

  hasAction(key: string): boolean {
    return existsSync(this.actionPath(key))
  }

  /** The result stored under a key that something names. */
  needed<A>(key: string): A {
    const action = this.action<A>(key)
    if (action === undefined) throw this.#lost("result", key, "missing")
    return action
  }

  removeAction(key: string): void {
    rmSync(this.actionPath(key), { force: true })
  }

  /** What a pipeline's outputs and nodes point to now. */
  ref<A>(name: string): A | undefined {
    const path = this.refPath(name)
    const read = readSealed<A>(path)
    if (read === undefined || "body" in read) return read?.body
    this.putAway({ kind: "ref", name, path, what: read.wrong })
    return undefined
  }

  refPath(name: string): string {
    return join(this.root, "refs", `${name}.json`)
  }

  putRef(name: string, body: unknown): void {
    this.publish(this.refPath(name), sealed(body))
  }

  refNames(): ReadonlyArray<string> {
    return names(join(this.root, "refs"), ".json")
  }

  runFolder(run: string): string {
    const folder = join(this.root, "runs", run)
    onDisk(folder, () => mkdirSync(folder, { recursive: true }))
    return folder
  }

  runNames(): ReadonlyArray<string> {
    return names(join(this.root, "runs"), "")
  }

  /** Every stored name of one kind, with its path. */
  *entries(kind: "objects" | "actions"): Generator<{ readonly name: string; readonly path: string }> {
    for (const prefix of names(join(this.root, kind), "")) {
      for (const rest of readdirSync(join(this.root, kind, prefix)).sort()) {
        const path = join(this.root, kind, prefix, rest)
        yield { name: prefix + rest.replace(/\.json$/, ""), path }
      }
    }
  }

  /** Reads every object, result and ref; gives what is damaged. Leftovers of interrupted writes are no damage. */
  check(): ReadonlyArray<Damage> {
    const damage: Array<Damage> = []
    for (const { name, path } of this.entries("objects")) {
      const what = name.endsWith(".tmp") ? undefined : wrongObject(name, path)
      if (what !== undefined) damage.push({ kind: "object", name, path, what })
    }
    for (const { name, path } of this.entries("actions")) {
      const read = name.endsWith(".tmp") ? undefined : readSealed(path)
      if (read !== undefined && "wrong" in read) damage.push({ kind: "result", name, path, what: read.wrong })
    }
    for (const name of this.refNames()) {
      const path = this.refPath(name)
      const read = readSealed(path)
      if (read !== undefined && "wrong" in read) damage.push({ kind: "ref", name, path, what: read.wrong })
    }
    return damage
  }
}

const wrongObject = (name: string, path: string): string | undefined => {
  try {
    return sha256(readFileSync(path)) === name ? undefined : "its bytes do not match its name"
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    // Another process may have put it away in the meantime.
    if (code === "ENOENT") return undefined
    if (code === "EIO") return "it cannot be read (EIO)"
    throw diskError(path, cause)
  }
}

const names = (folder: string, ending: string): ReadonlyArray<string> =>
  listed(folder)
    .filter((name) => name.endsWith(ending) && !name.endsWith(".tmp"))
    .map((name) => name.slice(0, name.length - ending.length))
    .sort()
