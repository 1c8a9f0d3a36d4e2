// A project whose command runs with a fault, in a process group of its own; and what the store holds afterwards.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { checkStore } from "../../src/cli/store-check.ts"
import type { CallMeans } from "../../src/run/call-broker.ts"
import { collectGarbage } from "../../src/store/gc.ts"
import { Store } from "../../src/store/store.ts"
import { makeProject, type Said, steady, type TestProject } from "../cli/project.ts"
import { type Answer, Engine, type Request } from "../run/engine.ts"
import type { Fault, Operation, Place, Role } from "./fault.ts"

const repository = resolve(import.meta.dirname, "../..")
const injector = pathToFileURL(join(import.meta.dirname, "inject.ts")).href
const child = join(import.meta.dirname, "fixtures", "fault-child.ts")
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8")

const lines = (file: string, from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => {
    const n = from + i
    return JSON.stringify({ id: `${file}${n}`, text: n % 7 === 0 ? "too short" : `line ${n % 11} with ${n % 3} words` })
  }).join("\n")

export interface Ended extends Said {
  readonly signal: string | null
  /** Whether the fault happened: a run may have done fewer operations than the one that was counted. */
  readonly happened: boolean
}

/** What a run said when it failed. */
export interface Failed {
  readonly code: string
  readonly message: string
  readonly hint: string
}

export class FaultyProject {
  readonly project: TestProject
  /** Where the models of `calling` are reached. */
  calls: CallMeans | undefined
  readonly #notes: string
  /** Processes that wait for the next run; each does one at a time. */
  readonly #engines: Array<Engine> = []

  /** Over a pipeline of the fixtures: `pipeline` has every kind of stage, `calling` asks a model, the others train with checkpoints. */
  constructor(pipeline: "pipeline" | "calling" | "training" | "mixed-training" = "pipeline") {
    this.project = makeProject({
      "pipelines/faults.ts": fixture(`${pipeline}.ts`),
      "pipelines/stages.ts": fixture("stages.ts"),
      "data/a.jsonl": lines("a", 0, 14),
      "data/b.jsonl": lines("b", 5, 16),
      "data/c.jsonl": lines("c", 20, 30)
    })
    this.#notes = join(this.project.root, "notes")
    mkdirSync(this.#notes)
  }

  store(name = "store"): string {
    return join(this.project.root, name)
  }

  /** What the injector is told about a run on a store; without a fault it only counts. */
  #order(fault: Fault | undefined, store: string): { readonly order: string; readonly notes: string } {
    const notes = mkdtempSync(join(this.#notes, "n-"))
    return { notes, order: JSON.stringify({ root: this.store(store), notes, fault }) }
  }

  /** Runs the command on a store, in a process group of its own; with a fault, or with the operations counted. */
  async command(
    args: ReadonlyArray<string>,
    store: string,
    fault?: Fault
  ): Promise<Ended & { readonly notes: string }> {
    const { order, notes } = this.#order(fault, store)
    const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1" }
    for (const name of ["npm_config_user_agent", "FORCE_COLOR"]) delete env[name]
    Object.assign(env, { NODE_OPTIONS: `--import=${injector}`, SLUICE_FAULT: order })
    if (this.calls !== undefined) env["SLUICE_MODELS"] = JSON.stringify(this.calls.endpoints)
    const started = spawn(
      process.execPath,
      [join(repository, "bin/sluice.js"), ...args, "--store", this.store(store)],
      { cwd: this.project.root, env, detached: true, stdio: ["ignore", "pipe", "pipe"] }
    )
    const said = { out: "", err: "" }
    started.stdout.on("data", (chunk) => {
      said.out += chunk
    })
    started.stderr.on("data", (chunk) => {
      said.err += chunk
    })
    const [code, signal] = (await once(started, "close")) as [number | null, string | null]
    const { root } = this.project
    const happened = existsSync(join(notes, "happened"))
    return { code: code ?? -1, signal, happened, notes, out: steady(said.out, root), err: steady(said.err, root) }
  }

  run(store: string, fault?: Fault, ...args: ReadonlyArray<string>) {
    return this.command(["run", "faults", "--workers", "1", ...args], store, fault)
  }

  /** Runs the pipeline in a process that is kept: quicker than the command, for faults that end no process. */
  async runInside(store: string, fault?: Fault): Promise<Answer & { readonly happened: boolean }> {
    const { order, notes } = this.#order(fault, store)
    const file = join(this.project.root, "pipelines/faults.ts")
    const calls = this.calls === undefined ? {} : { calls: this.calls }
    const request = { root: this.project.root, storeRoot: this.store(store), file, rows: false, ...calls }
    const engine = this.#engines.pop() ?? new Engine({ NODE_OPTIONS: `--import=${injector}`, NO_COLOR: "1" }, child)
    const answer = await engine.ask({ ...request, ...(fault === undefined ? {} : { order }) } as Request)
    this.#engines.push(engine)
    return { ...answer, happened: existsSync(join(notes, "happened")) }
  }

  /** The operations of a run from nothing that `role` does on paths that match, as many as the command did. */
  async operationsOn(store: string, role: Role, path: RegExp): Promise<ReadonlyArray<Place>> {
    const { code, err, notes } = await this.run(store)
    if (code !== 0) throw new Error(err)
    const found = readFileSync(join(notes, "counts"), "utf8").trim().split("\n")
    return found
      .map((line) => line.split(" ") as [Role, Operation, string, string])
      .filter(([who, , , where]) => who === role && path.test(where))
      .map(([, operation, n]) => ({ role, operation, at: Number(n) }))
  }

  /** How often each operation happens in a run from nothing, by who does it. */
  async counts(store: string): Promise<ReadonlyArray<{ role: Role; operation: Operation; times: number }>> {
    const { code, err, notes } = await this.run(store)
    if (code !== 0) throw new Error(err)
    const times = new Map<string, number>()
    for (const line of readFileSync(join(notes, "counts"), "utf8").trim().split("\n")) {
      const [role, operation, n] = line.split(" ") as [Role, Operation, string]
      const name = `${role} ${operation}`
      times.set(name, Math.max(times.get(name) ?? 0, Number(n)))
    }
    return [...times].sort().map(([name, most]) => {
      const [role, operation] = name.split(" ") as [Role, Operation]
      return { role, operation, times: most }
    })
  }

  /** Everything that the command's own check finds wrong in a store. */
  problems(store: string): ReadonlyArray<string> {
    const { problems } = checkStore({ root: this.project.root, storeRoot: this.store(store) })
    return problems.map(({ text }) => text)
  }

  /** Removes, a month later, what an interrupted write left; gives what is left even so. */
  async swept(store: string): Promise<ReadonlyArray<string>> {
    const root = this.store(store)
    const before = Date.now() / 1000 - 30 * 24 * 3600
    for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }))
      utimesSync(join(root, name), before, before)
    await collectGarbage(new Store(root), { dryRun: false, keepRuns: 3 })
    return readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.tmp$|(^|\/)(making-|\.)|^(work|damaged|leases)\//.test(name)
    )
  }

  remove(store: string): void {
    rmSync(this.store(store), { recursive: true, force: true })
  }

  [Symbol.dispose](): void {
    for (const engine of this.#engines) engine[Symbol.dispose]()
    this.project.close()
  }
}
