// The store: blobs by their digest, results by their key, references by name. A damaged entry is as good as none.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { sha256 } from "../table/digest.ts"
import { SluiceError } from "../errors.ts"
import { writeDurably } from "./durable-file.ts"

/** Raised where an object that a result names is missing or has other bytes than its name says. */
export class DamagedObject extends SluiceError {
  readonly digest: string

  constructor(digest: string, path: string, what: string) {
    super("SLUICE_DAMAGED", `object ${digest.slice(0, 12)} is ${what}`, {
      evidence: [path],
      hint: "run again: what it belongs to is computed anew"
    })
    this.digest = digest
  }
}

export interface Damage {
  readonly path: string
  readonly what: string
}

export class Store {
  readonly root: string
  readonly #cache = new Map<string, Uint8Array>()
  #cached = 0

  constructor(root: string) {
    this.root = root
    mkdirSync(join(root, "objects"), { recursive: true })
    mkdirSync(join(root, "actions"), { recursive: true })
    mkdirSync(join(root, "refs"), { recursive: true })
    mkdirSync(join(root, "runs"), { recursive: true })
  }

  objectPath(digest: string): string {
    return join(this.root, "objects", digest.slice(0, 2), digest.slice(2))
  }

  #actionPath(key: string): string {
    return join(this.root, "actions", key.slice(0, 2), `${key.slice(2)}.json`)
  }

  /** Stores bytes under their digest; does nothing where they are stored already. */
  put(bytes: Uint8Array): string {
    const digest = sha256(bytes)
    const path = this.objectPath(digest)
    if (statSync(path, { throwIfNoEntry: false })?.size !== bytes.length) writeDurably(path, bytes)
    return digest
  }

  has(digest: string): boolean {
    return existsSync(this.objectPath(digest))
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
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") throw new DamagedObject(digest, path, "missing")
      throw cause
    }
    if (sha256(bytes) !== digest) {
      rmSync(path, { force: true })
      throw new DamagedObject(digest, path, "damaged: its bytes do not match its name")
    }
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

  /** Records a result under its key. Written last: what it names exists already. */
  putAction(key: string, body: unknown): void {
    writeDurably(this.#actionPath(key), sealed(body))
  }

  /** The result stored under a key, or undefined where there is none or it is damaged. */
  action<A>(key: string): A | undefined {
    return readSealed<A>(this.#actionPath(key))
  }

  removeAction(key: string): void {
    rmSync(this.#actionPath(key), { force: true })
  }

  /** What a pipeline's outputs and nodes point to now. */
  ref<A>(name: string): A | undefined {
    return readSealed<A>(join(this.root, "refs", `${name}.json`))
  }

  putRef(name: string, body: unknown): void {
    writeDurably(join(this.root, "refs", `${name}.json`), sealed(body))
  }

  refNames(): ReadonlyArray<string> {
    return names(join(this.root, "refs"), ".json")
  }

  runFolder(run: string): string {
    const folder = join(this.root, "runs", run)
    mkdirSync(folder, { recursive: true })
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

  /** Checks every object and result; returns what is damaged. Leftovers of interrupted writes are no damage. */
  check(): ReadonlyArray<Damage> {
    const damage: Array<Damage> = []
    for (const { name, path } of this.entries("objects"))
      if (!name.endsWith(".tmp") && sha256(readFileSync(path)) !== name)
        damage.push({ path, what: "its bytes do not match its name" })
    for (const { name, path } of this.entries("actions"))
      if (!name.endsWith(".tmp") && readSealed(path) === undefined) damage.push({ path, what: "its checksum is wrong" })
    for (const name of this.refNames())
      if (this.ref(name) === undefined)
        damage.push({ path: join(this.root, "refs", `${name}.json`), what: "its checksum is wrong" })
    return damage
  }
}

const sealed = (body: unknown): string => {
  const text = JSON.stringify(body)
  return `${sha256(Buffer.from(text))}\n${text}\n`
}

const readSealed = <A>(path: string): A | undefined => {
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw cause
  }
  const end = text.indexOf("\n")
  const body = text.slice(end + 1, -1)
  return sha256(Buffer.from(body)) === text.slice(0, end) ? (JSON.parse(body) as A) : undefined
}

const names = (folder: string, ending: string): ReadonlyArray<string> => {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending) && !name.endsWith(".tmp"))
    .map((name) => name.slice(0, name.length - ending.length))
    .sort()
}
