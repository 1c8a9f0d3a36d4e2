// The engine as a test drives it: a process that runs pipelines in a folder of its own, one after another.
import { type ChildProcess, fork } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { NodePlan } from "../../src/graph/plan.ts"
import type { CallMeans } from "../../src/run/call-broker.ts"
import type { NodeSummary, OutputSummary, RunEvent } from "../../src/run/journal.ts"
import type { Damage } from "../../src/store/store.ts"

export interface Request {
  readonly root: string
  readonly storeRoot: string
  readonly file: string
  readonly sets?: { readonly [target: string]: string }
  readonly workers?: number
  /** Share of a node's rows that may fail. */
  readonly maxFailed?: number
  /** Memory of a worker in MiB. */
  readonly workerMemory?: number
  /** Milliseconds between heartbeats of its leases. */
  readonly beat?: number
  /** Where models are reached, and what that may cost. */
  readonly calls?: CallMeans
  /** Only plan. */
  readonly plan?: boolean
  /** Whether to read the rows of the outputs; they are unless told otherwise. */
  readonly rows?: boolean
  /** A file to write when the plan is made and nothing has run yet. */
  readonly edit?: { readonly path: string; readonly text: string }
  /** Ends the process itself with a signal, some milliseconds after the n-th event. */
  readonly stop?: { readonly after: number; readonly milliseconds: number; readonly signal: "SIGKILL" | "SIGINT" }
}

export interface OutputRows {
  readonly ids: ReadonlyArray<string>
  readonly columns: { readonly [column: string]: ReadonlyArray<unknown> }
}

export interface Answer {
  readonly nodes?: ReadonlyArray<NodeSummary>
  readonly outputs?: { readonly [name: string]: OutputSummary }
  readonly passed?: boolean
  readonly rows?: { readonly [name: string]: OutputRows }
  /** What the store's own check finds wrong after the run. */
  readonly damage?: ReadonlyArray<Damage>
  readonly plan?: ReadonlyArray<NodePlan>
  readonly events: ReadonlyArray<RunEvent>
  readonly error?: {
    readonly message: string
    readonly code: string
    readonly evidence: ReadonlyArray<string>
    readonly hint: string
    readonly stack: string
  }
}

// What a thread or a program compiles it finds compiled the next time, as under `sluice`: a third less of the processor.
const compileCache = process.env["NODE_COMPILE_CACHE"] ?? join(tmpdir(), "node-compile-cache")
const script = fileURLToPath(new URL("./fixtures/engine-child.ts", import.meta.url))

export class Engine {
  readonly child: ChildProcess
  #noise = ""

  /** A process with some environment on top; another script than the usual one must import it. */
  constructor(env: NodeJS.ProcessEnv = {}, started = script) {
    this.child = fork(started, {
      execArgv: [],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"]
    })
    for (const stream of [this.child.stdout, this.child.stderr])
      stream!.on("data", (chunk: Buffer) => {
        this.#noise = `${this.#noise}${chunk}`.slice(-4000)
      })
  }

  /** Runs or plans; rejects only where the process dies. */
  ask(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const heard = (answer: Answer) => {
        this.child.off("message", heard)
        this.child.off("exit", died)
        resolve(answer)
      }
      const died = (code: number | null, signal: string | null) => {
        this.child.off("message", heard)
        reject(new Error(`the engine's process ended: ${signal ?? code}\n${this.#noise}`))
      }
      this.child.on("message", heard)
      this.child.on("exit", died)
      this.child.send(request)
    })
  }

  /** Runs and gives what came out; an error of the run is thrown. */
  async run(request: Request): Promise<Required<Pick<Answer, "nodes" | "outputs" | "rows">> & Answer> {
    const answer = await this.ask(request)
    if (answer.error !== undefined)
      throw new Error(`${answer.error.code}: ${answer.error.message} ${answer.error.evidence}\n${answer.error.stack}`)
    return answer as never
  }

  [Symbol.dispose](): void {
    this.child.kill("SIGKILL")
  }
}
