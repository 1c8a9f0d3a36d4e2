// A small project in a temporary folder, whose files a test edits and whose stages it fingerprints.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { FingerprintError, makeFingerprinter, type StageFingerprint } from "../../../src/graph/fingerprint/index.ts"

export const SLUICE = `
const made = () => {
  const handle = () => made()
  handle.pipe = (...operators: unknown) => operators.reduce((value, operator) => operator(value), made())
  for (const part of ["train", "test"]) Object.defineProperty(handle, part, { get: made })
  return handle
}
const kind = (definition: unknown) => {
  const stage = (given: unknown) => ({ ...given }) && made()
  for (const key in definition) Object.defineProperty(stage, key, { value: definition[key] })
  return stage
}
export const Stage = { filter: kind, map: kind, program: kind, source: kind }
export const keep = "keep"
export const opt = (type: unknown, value: unknown) => ({ type, value })
export const split = (given: unknown) => ({ ...given }) && made()
export const union = () => made()
export const param = (name: unknown, type: unknown, value: unknown) => ({ name, value })
export const pipeline = (name: unknown, outputs: unknown) => ({ name, outputs: { ...outputs } })
`

export const MANIFEST = JSON.stringify({
  name: "project",
  type: "module",
  imports: { "#sluice": "./src/index.ts", "#lib/*": "./lib/*" }
})

/** The project; `files` are its first contents by path. */
export class TempProject {
  readonly root: string

  constructor(files: { readonly [path: string]: string } = {}) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), "fingerprint-")))
    this.write("package.json", MANIFEST)
    this.write("src/index.ts", SLUICE)
    for (const [path, text] of Object.entries(files)) this.write(path, text)
  }

  path(path: string): string {
    return join(this.root, path)
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8")
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), text)
  }

  /** Replaces one text by another, everywhere in a file; the text must be there. */
  edit(path: string, from: string, to: string): void {
    const text = this.read(path)
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
    this.write(path, text.replaceAll(from, to))
  }

  append(path: string, text: string): void {
    this.write(path, `${this.read(path)}\n${text}\n`)
  }

  move(from: string, to: string): void {
    mkdirSync(dirname(this.path(to)), { recursive: true })
    renameSync(this.path(from), this.path(to))
  }

  link(target: string, path: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    symlinkSync(this.path(target), this.path(path), "dir")
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }

  fingerprinter(extra: { cacheFile?: string } = {}) {
    return makeFingerprinter({ root: this.root, boundaries: ["#sluice", "sluice"], ...extra })
  }

  /** The fingerprint of the stage that a constant holds. */
  stage(path: string, name: string, fingerprinter = this.fingerprinter()): StageFingerprint {
    return fingerprinter.stage(this.site(path, name))
  }

  /** Where the stage of that name is defined, as a call site says it. */
  site(path: string, name: string): { file: string; line: number; column: number } {
    const text = this.read(path)
    const found = new RegExp(`\\b${name} = Stage\\s*\\.\\s*(?=\\w)`).exec(text)
    if (!found) throw new Error(`${path} has no stage ${name}`)
    const before = text.slice(0, found.index + found[0].length).split("\n")
    return { file: this.path(path), line: before.length, column: before.at(-1)!.length + 1 }
  }

  /** Every hash of every stage constant in the files, as `name.property`, or `name` with the code of its error. */
  hashes(paths: ReadonlyArray<string>): Map<string, string> {
    const hashes = new Map<string, string>()
    const fingerprinter = this.fingerprinter()
    for (const path of paths) {
      for (const [, name] of this.read(path).matchAll(/^ *(?:export )?const (\w+) = Stage\s*\./gm)) {
        try {
          const stage = this.stage(path, name!, fingerprinter)
          for (const [property, record] of Object.entries(stage.functions))
            hashes.set(`${name}.${property}`, record.hash)
          hashes.set(`${name}.data`, stage.data.hash)
        } catch (error) {
          if (!(error instanceof FingerprintError)) throw error
          hashes.set(`${name}`, error.code)
        }
      }
    }
    return hashes
  }
}

/** What an edit changed: names of hashes that differ, and `name CODE` for stages that became errors. */
export function changesBetween(before: Map<string, string>, after: Map<string, string>): string[] {
  const changes: string[] = []
  for (const [key, hash] of after) {
    if (!key.includes(".")) changes.push(`${key} ${hash}`)
    else if (before.get(key) !== hash) changes.push(key)
  }
  return changes.sort()
}
