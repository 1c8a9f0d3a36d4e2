// The input files of a random pipeline, and random edits of them: lines and files added, changed, moved and removed.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { randomText, sourceFolders } from "./random-pipeline.ts"
import type { Random } from "./random-numbers.ts"

type Kind = keyof typeof sourceFolders

export class RandomFiles {
  readonly #root: string
  readonly #random: Random
  #keys = 0
  #names = 0

  constructor(root: string, random: Random) {
    this.#root = root
    this.#random = random
    for (const kind of Object.keys(sourceFolders) as Array<Kind>) {
      mkdirSync(this.#folder(kind), { recursive: true })
      for (let i = 0; i < 3; i++) this.#addFile(kind)
    }
  }

  #folder(kind: Kind): string {
    return join(this.#root, sourceFolders[kind])
  }

  #files(kind: Kind): ReadonlyArray<string> {
    return readdirSync(this.#folder(kind))
      .sort()
      .map((name) => join(this.#folder(kind), name))
  }

  #line(kind: Kind): string {
    return kind === "keyed" ? `k${this.#keys++}|${randomText(this.#random)}` : randomText(this.#random)
  }

  #addFile(kind: Kind) {
    const letter = String.fromCharCode(97 + this.#random.below(26))
    const lines = Array.from({ length: this.#random.between(4, 12) }, () => this.#line(kind))
    this.#write(join(this.#folder(kind), `${letter}${this.#names++}.txt`), lines)
  }

  #read(file: string): Array<string> {
    return readFileSync(file, "utf8").split("\n").filter(Boolean)
  }

  #write(file: string, lines: ReadonlyArray<string>) {
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""))
  }

  /** One random edit; says what it did. */
  edit(): string {
    const random = this.#random
    const kind = random.pick(Object.keys(sourceFolders) as Array<Kind>)
    const file = random.pick(this.#files(kind))
    const lines = this.#read(file)
    const at = random.below(lines.length + 1)
    const what = random.pick(["insert", "delete", "change", "space", "repeat", "move", "rename", "add", "remove"])
    if (what === "insert") lines.splice(at, 0, this.#line(kind))
    else if (what === "delete" && lines.length > 1) lines.splice(Math.min(at, lines.length - 1), 1)
    else if (what === "change" && at < lines.length) lines[at] = this.#line(kind)
    else if (what === "space" && at < lines.length) lines[at] = `${lines[at]} `
    else if (what === "repeat" && at < lines.length && kind !== "keyed") lines.push(lines[at]!)
    else if (what === "move") return this.#move(kind, file, lines, at)
    else if (what === "rename") return this.#rename(kind, file)
    else if (what === "add") this.#addFile(kind)
    else if (what === "remove" && this.#files(kind).length > 1) rmSync(file)
    if (existsSync(file)) this.#write(file, lines)
    return `${what} ${file} line ${at}`
  }

  #move(kind: Kind, file: string, lines: Array<string>, at: number): string {
    const target = this.#random.pick(this.#files(kind))
    const moved = lines.length > 1 ? lines.splice(Math.min(at, lines.length - 1), 1) : []
    this.#write(file, lines)
    this.#write(target, [...this.#read(target), ...moved])
    return `move line ${at} of ${file} to ${target}`
  }

  #rename(kind: Kind, file: string): string {
    const letter = String.fromCharCode(97 + this.#random.below(26))
    const target = join(this.#folder(kind), `${letter}${this.#names++}.txt`)
    renameSync(file, target)
    return `rename ${file} to ${target}`
  }
}
