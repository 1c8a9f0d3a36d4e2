// A folder with input files, pipeline files and a store, to run the engine on.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { Answer, Engine, Request } from "./engine.ts"
import type { CallSpec } from "./fixtures/build.ts"
import { repository, writePipeline } from "./sequence.ts"

type Given = Partial<Request>

export class TempRun {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "sluice-run-")))
  readonly engine: Engine
  #pipelines = 0

  constructor(engine: Engine) {
    this.engine = engine
  }

  path(path: string): string {
    return join(this.folder, path)
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), text)
  }

  /** Writes lines as a file that the sources below read. */
  lines(name: string, lines: ReadonlyArray<string>): void {
    this.write(`in/${name}`, lines.map((line) => `${line}\n`).join(""))
  }

  /** A source over the folder's input files. */
  source(stage = "lines", options: object = {}): CallSpec {
    return { id: "source", stage, from: [], options: { name: "source", path: this.path("in/*.txt"), ...options } }
  }

  /** A chain of stages after the source: names, or names with options. */
  chain(...stages: ReadonlyArray<string | readonly [stage: string, options: object]>): Array<CallSpec> {
    const calls: Array<CallSpec> = [this.source()]
    for (const given of stages) {
      const [stage, options] = typeof given === "string" ? [given, {}] : given
      calls.push({ id: stage, stage, from: [calls[calls.length - 1]!.id], options: { name: stage, ...options } })
    }
    return calls
  }

  pipeline(calls: ReadonlyArray<CallSpec>): string {
    return writePipeline(this.folder, `pipeline${this.#pipelines++}`, calls)
  }

  #request(calls: ReadonlyArray<CallSpec>, given: Given): Request {
    return { root: repository, storeRoot: this.path("store"), file: this.pipeline(calls), ...given }
  }

  run(calls: ReadonlyArray<CallSpec>, given: Given = {}) {
    return this.engine.run(this.#request(calls, given))
  }

  /** Runs where a failure is what is looked for. */
  async fail(calls: ReadonlyArray<CallSpec>, given: Given = {}): Promise<NonNullable<Answer["error"]>> {
    const { error } = await this.engine.ask(this.#request(calls, given))
    if (error === undefined) throw new Error("the run did not fail")
    return error
  }

  /** The outputs' digests of a run from nothing. */
  async cold(calls: ReadonlyArray<CallSpec>, given: Given = {}) {
    const storeRoot = this.path(`cold${this.#pipelines}`)
    return digestsOf(await this.engine.run(this.#request(calls, { storeRoot, rows: false, ...given })))
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export const digestsOf = ({ outputs }: Answer): { readonly [name: string]: string } =>
  Object.fromEntries(Object.entries(outputs!).map(([name, { digest }]) => [name, digest]))

/** Rows that each node computed. */
export const computedOf = ({ nodes }: Answer): { readonly [name: string]: number } =>
  Object.fromEntries(nodes!.map(({ name, rows }) => [name, rows.computed]))
