// A project on whose store several processes run pipelines at once; its stages write down what they did.
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Engine, Request } from "./engine.ts"
import { repository } from "./sequence.ts"

export interface Work {
  /** Milliseconds that each call takes, by stage. */
  readonly slowly?: number
  readonly first?: number
  readonly together?: number
  readonly learn?: number
  readonly steps?: number
  /** Whether every attempt at the program gives another model. */
  readonly unique?: boolean
}

const fixtures = join(repository, "test", "run", "fixtures")

export class SharedStore {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "sluice-shared-")))
  readonly log = join(this.folder, "log.txt")
  #pipelines = 0

  constructor(lines: ReadonlyArray<string>) {
    const counter = join(this.folder, "node_modules", "counter")
    mkdirSync(counter, { recursive: true })
    cpSync(join(fixtures, "counted-package.js"), join(counter, "index.js"))
    writeFileSync(
      join(counter, "package.json"),
      '{"name":"counter","version":"1.0.0","type":"module","exports":"./index.js"}'
    )
    symlinkSync(join(repository, "node_modules", "effect"), join(this.folder, "node_modules", "effect"))
    symlinkSync(join(repository, "src"), join(this.folder, "src"))
    writeFileSync(
      join(this.folder, "package.json"),
      '{"name":"shared","type":"module","imports":{"#sluice":"./src/index.ts"}}'
    )
    cpSync(join(fixtures, "counted.ts"), join(this.folder, "counted.ts"))
    mkdirSync(join(this.folder, "in"))
    this.lines(lines)
  }

  lines(lines: ReadonlyArray<string>): void {
    writeFileSync(join(this.folder, "in", "a.txt"), lines.map((line) => `${line}\n`).join(""))
  }

  /** Writes a pipeline: rows, one map, then a select, a gather and a program side by side. `name` tells pipelines apart. */
  pipeline(name: string, work: Work = {}): string {
    const log = JSON.stringify(this.log)
    const options = (milliseconds = 0, more = "") => `{ log: ${log}, milliseconds: ${milliseconds}${more} }`
    const { learn, steps = 1, unique = false } = work
    const file = join(this.folder, `pipeline${this.#pipelines++}.ts`)
    writeFileSync(
      file,
      `import { pipeline } from "#sluice"
import { lines } from ${JSON.stringify(join(fixtures, "stages.ts"))}
import { first, learn, slowly, together } from "./counted.ts"
const rows = lines({ path: "in/*.txt", partitionBytes: 120 }).pipe(slowly(${options(work.slowly)}))
const some = rows.pipe(first(${options(work.first)}))
const groups = rows.pipe(together(${options(work.together)}))
const model = some.pipe(learn(${options(learn, `, steps: ${steps}, unique: ${unique}`)}))
export default pipeline(${JSON.stringify(name)}, { rows, some, groups, model })
`
    )
    return file
  }

  request(file: string, more: Partial<Request> = {}): Request {
    return { root: this.folder, storeRoot: join(this.folder, "store"), file, rows: false, ...more }
  }

  /**
   * How often each line was written since the last look. Of a group, by how many processes: the memory check of the run
   * that made it calls it again.
   */
  counts(): ReadonlyMap<string, number> {
    const written = readFileSync(this.log, "utf8").trim().split("\n")
    writeFileSync(this.log, "")
    const lines = Map.groupBy(written, (line) => line.split("\t")[0]!)
    const times = (line: string, all: ReadonlyArray<string>) =>
      line.startsWith("group ") ? new Set(all).size : all.length
    return new Map([...lines].map(([line, all]) => [line, times(line, all)]))
  }

  /** Content of the model's only file, as an output tells where it is. */
  model(path: string): unknown {
    return JSON.parse(readFileSync(join(path, "model.json"), "utf8"))
  }

  /** Waits until a line was written. */
  async logged(line: string): Promise<void> {
    appendFileSync(this.log, "")
    while (!readFileSync(this.log, "utf8").includes(`${line}\t`)) await new Promise((done) => setTimeout(done, 10))
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export const run = (shared: SharedStore, engine: Engine, file: string, more: Partial<Request> = {}) =>
  engine.run(shared.request(file, more))
