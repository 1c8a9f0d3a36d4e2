// A finished project on disk whose files are edited one at a time; every run starts from the same store and counts what it computes.
import { once } from "node:events"
import {
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { type Answer, Engine, type Request } from "../run/engine.ts"
import { repository } from "../run/sequence.ts"
import { digestsOf } from "../run/temp-run.ts"
import { editedFiles } from "./edited-files.ts"

/** Longer than the time for which the caches distrust a file that was just written. */
const CLOCK_TICK_MS = 2100

/** When every file of the project was last changed, as it says of itself. */
const written = new Date("2026-01-02T03:04:05Z")

const entry = (name: string, more: object = {}) => ({ version: "1.0.0", integrity: `sha512-${name}-1.0.0`, ...more })
const lock = JSON.stringify(
  {
    lockfileVersion: 3,
    packages: {
      "": { name: "edited" },
      "node_modules/alpha": entry("alpha", { dependencies: { beta: "^1.0.0" } }),
      "node_modules/beta": entry("beta"),
      "node_modules/gamma": entry("gamma"),
      "node_modules/linked": { resolved: "packages/linked", link: true }
    }
  },
  undefined,
  1
)
const manifest = (name: string, dependencies: object = {}) =>
  JSON.stringify({ name, version: "1.0.0", type: "module", exports: "./main.js", sideEffects: false, dependencies })

const installed: Files = {
  "package-lock.json": lock,
  "node_modules/.package-lock.json": lock,
  "node_modules/alpha/package.json": manifest("alpha", { beta: "^1.0.0" }),
  "node_modules/alpha/main.js":
    'import { salt } from "beta"\nexport const md5 = (t) => salt + t.length\nexport const sha = (t) => t\n',
  "node_modules/beta/package.json": manifest("beta"),
  "node_modules/beta/main.js": 'export const salt = "b"\n',
  "node_modules/gamma/package.json": manifest("gamma"),
  "node_modules/gamma/main.js": "export const gamma = 1\n",
  "packages/linked/package.json": '{"name":"linked","type":"module","exports":{".":"./main.ts"}}',
  "packages/linked/main.ts": 'import { trim } from "./trim.ts"\nexport const tidy = (t: string) => trim(t)\n',
  "packages/linked/trim.ts": 'export const trim = (t: string) => t.replace("e", "")\n'
}

export type Files = { readonly [path: string]: string }
export type Given = Partial<Pick<Request, "sets" | "workers" | "edit">>

type Digests = { readonly [output: string]: string }

/** What a run after an edit did. */
export interface Outcome {
  /** Rows computed by node, of the nodes that were no hits. */
  readonly computed: { readonly [node: string]: number }
  /** Names of the outputs that differ from those before the edit. */
  readonly changed: string
  /** Code of the error that ended the run, or "none". */
  readonly error: string
  readonly message: string
  /** Whether the store's ref was written. */
  readonly published: boolean
  readonly digests: Digests
  /** The outputs of a run from nothing, made where something was computed. */
  readonly cold: Digests
}

const computedOf = ({ nodes }: Answer): { readonly [node: string]: number } =>
  Object.fromEntries(
    nodes!.filter(({ verdict }) => verdict === "run").map(({ name, rows }) => [name.replace("own.", ""), rows.computed])
  )

/** Another way to cut partitions: it must make no difference. */
const whole = { "own.lines.partitionBytes": "100000" }

/** Copies a store; what is stored under the name of its content, and never changed, is linked. */
const copyStore = (from: string, to: string) => {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyStore(source, target)
    else if (source.includes("/objects/")) linkSync(source, target)
    else cpSync(source, target, { preserveTimestamps: true })
  }
}

const nothing: Outcome = {
  computed: {},
  changed: "",
  error: "none",
  message: "",
  published: false,
  digests: {},
  cold: {}
}

export class EditedProject {
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), "sluice-edited-")))
  readonly #first: Files
  readonly #touched = new Set<string>()
  readonly #file: string
  #before: Digests = {}
  #given: Given = {}

  /** A project of which one pipeline is run; some of its files may be others than usual. */
  constructor(file: string, files: Files = {}) {
    this.#file = file
    this.#first = { ...editedFiles, ...installed, ...files }
    for (const [path, text] of Object.entries(this.#first)) {
      this.write(path, text)
      this.#age(path)
    }
    symlinkSync(join(repository, "src"), this.path("src"))
    symlinkSync(join(repository, "node_modules", "effect"), this.path("node_modules/effect"))
    symlinkSync(this.path("packages/linked"), this.path("node_modules/linked"))
    this.#touched.clear()
  }

  #age(path: string) {
    utimesSync(this.path(path), written, written)
  }

  path(path: string): string {
    return join(this.#root, path)
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8")
  }

  write(path: string, text: string) {
    this.#touched.add(path)
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), text)
  }

  append(path: string, text: string) {
    this.write(path, `${this.read(path)}${text}\n`)
  }

  /** Replaces texts in a file, all at once; each must be there. */
  edit(path: string, ...changes: ReadonlyArray<readonly [from: string, to: string]>) {
    const text = this.read(path)
    for (const [from] of changes) if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
    const marked = changes.reduce((now, [from], at) => now.replaceAll(from, `\0${at}\0`), text)
    this.write(
      path,
      changes.reduce((now, [, to], at) => now.replaceAll(`\0${at}\0`, to), marked)
    )
  }

  /** The same, so that size and time of the last change stay what they were. */
  editUnseen(path: string, from: string, to: string) {
    if (from.length !== to.length) throw new Error(`${from} is not as long as ${to}`)
    this.edit(path, [from, to])
    this.#age(path)
  }

  move(from: string, to: string) {
    this.write(to, this.read(from))
    this.remove(from)
  }

  remove(path: string) {
    this.#touched.add(path)
    rmSync(this.path(path))
  }

  /** What the run is told beside the files. */
  give(given: Given) {
    this.#given = given
  }

  /** Writes a file when the run has been planned and nothing has run yet. */
  editLater(path: string, text: string) {
    this.#touched.add(path)
    this.give({ edit: { path: this.path(path), text } })
  }

  /** What installing another version of a package does: both lockfiles, its manifest and its code. */
  install(name: string, version: string, main: string) {
    for (const path of ["package-lock.json", "node_modules/.package-lock.json"]) {
      const packages = JSON.parse(this.read(path)) as { packages: { [place: string]: object } }
      const place = `node_modules/${name}`
      packages.packages[place] = { ...packages.packages[place], version, integrity: `sha512-${name}-${version}` }
      this.write(path, JSON.stringify(packages, undefined, 1))
    }
    this.edit(`node_modules/${name}/package.json`, ["1.0.0", version])
    this.write(`node_modules/${name}/main.js`, main)
  }

  #request(storeRoot: string): Request {
    return { root: this.#root, file: this.path(this.#file), storeRoot, rows: false }
  }

  /** Runs for the first time, with caches that trust what they saw. */
  async finish() {
    await wait(CLOCK_TICK_MS)
    using engine = this.#engine()
    this.#before = digestsOf(await engine.run(this.#request(this.path(".finished"))))
    engine.child.disconnect()
    await once(engine.child, "exit")
  }

  /** Its processes share what they compiled, which is written where one ends by itself. */
  #engine() {
    return new Engine({ NODE_COMPILE_CACHE: this.path(".compiled") })
  }

  /** Runs after an edit from a copy of the finished store, then from nothing; takes the edit back. */
  async after(edit: (project: EditedProject) => void): Promise<Outcome> {
    const storeRoot = this.path(".store")
    copyStore(this.path(".finished"), storeRoot)
    try {
      edit(this)
      const [ref] = readdirSync(join(storeRoot, "refs"))
      const published = () => readFileSync(join(storeRoot, "refs", ref!), "utf8")
      const before = published()
      using engine = this.#engine()
      const warm = await engine.ask({ ...this.#request(storeRoot), ...this.#given })
      if (warm.error !== undefined) {
        const { code, message } = warm.error
        return { ...nothing, error: code, message, published: published() !== before }
      }
      const digests = digestsOf(warm)
      const computed = computedOf(warm)
      const changed = Object.keys(digests)
        .filter((name) => digests[name] !== this.#before[name])
        .join(" ")
      const same = changed === "" && Object.keys(computed).length === 0
      const sets = { ...this.#given.sets, ...whole }
      const cold = same ? this.#before : digestsOf(await engine.run({ ...this.#request(this.path(".cold")), sets }))
      return { ...nothing, computed, changed, published: published() !== before, digests, cold }
    } finally {
      this.#restore()
      for (const made of [".store", ".cold"]) rmSync(this.path(made), { recursive: true, force: true })
    }
  }

  #restore() {
    for (const path of this.#touched) {
      const text = this.#first[path]
      if (text === undefined) rmSync(this.path(path), { force: true })
      else {
        writeFileSync(this.path(path), text)
        this.#age(path)
      }
    }
    this.#touched.clear()
    this.#given = {}
  }

  [Symbol.dispose]() {
    rmSync(this.#root, { recursive: true, force: true })
  }
}
