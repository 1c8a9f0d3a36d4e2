// The process of a program: imports the pipeline, walks to the node and calls its `run`; speaks to the engine in JSON lines.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { Worker } from "node:worker_threads"
import type { Device } from "../model/train/device.ts"
import type { ProgramDeclaration } from "../stage/declaration.ts"
import { asError, isDiskFailing } from "../store/durable-file.ts"
import { columnValues } from "../table/column.ts"
import { readParquet } from "../table/parquet.ts"
import { type GraphNode, seenOptions } from "../graph/graph.ts"
import { optionFields } from "../graph/options.ts"
import { LoadedSources } from "./loaded-sources.ts"
import type { OrphanWatch } from "./orphan-thread.ts"
import { PathContents } from "./path-content.ts"
import { changedDuringRun } from "./planned-sources.ts"
import { idColumn, type InputSpec } from "./program-inputs.ts"
import { reloadGraph } from "./project.ts"

/** What a program's process is told, as JSON in a file. */
export interface ProgramSpec {
  readonly pipeline: string
  readonly graph: string
  readonly root: string
  readonly storeRoot: string
  readonly sets: { readonly [target: string]: string }
  readonly node: string
  readonly inputs: { readonly [name: string]: SpecValue }
  readonly out: string
  readonly work: string
  readonly result: string
  readonly threads: number
  readonly device: Device
}

type SpecValue =
  | { readonly one: InputSpec }
  | { readonly list: ReadonlyArray<InputSpec> }
  | { readonly record: { readonly [label: string]: InputSpec } }

/** What the process leaves when it is done: the program's word, the row ledger, and the sources it loaded. */
export interface ProgramOutcome {
  readonly data: unknown
  readonly passed: boolean
  /** Whether the program gave a verdict at all. */
  readonly gate: boolean
  readonly used: { readonly [input: string]: ReadonlyArray<string> }
  readonly skipped: ReadonlyArray<readonly [input: string, id: string, reason: string]>
  readonly sources: ReadonlyArray<readonly [string, string]>
}

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

const openInput = (spec: InputSpec): unknown => {
  if (spec.kind !== "dataset") return spec
  const text = { type: "text" as const, integer: false, nullable: false }
  return {
    folder: spec.folder,
    rows: spec.rows,
    read: async () => {
      const rows: Array<{ readonly id: unknown; readonly row: Record<string, unknown> }> = []
      const names = Object.keys(spec.fields)
      const idName = idColumn(names)
      for (const file of spec.files) {
        const columns = await readParquet(readFileSync(join(spec.folder, file)), { [idName]: text, ...spec.fields })
        const ids = columnValues(columns[idName]!)
        const values = names.map((name) => columnValues(columns[name]!))
        const absent = names.map((name) => spec.fields[name]!.absent === true)
        for (let i = 0; i < ids.length; i++) {
          const row: Record<string, unknown> = {}
          names.forEach((name, c) => {
            if (values[c]![i] !== null || !absent[c]) row[name] = values[c]![i]
          })
          rows.push({ id: ids[i], row })
        }
      }
      return rows
    }
  }
}

const openValue = (value: SpecValue): unknown => {
  if ("one" in value) return openInput(value.one)
  if ("list" in value) return value.list.map(openInput)
  return Object.fromEntries(Object.entries(value.record).map(([label, spec]) => [label, openInput(spec)]))
}

/** A process whose engine was killed must not go on beside the next attempt. */
const watchForOrphan = (file: string) => {
  const workerData: OrphanWatch = { parent: process.ppid, file }
  new Worker(new URL("./orphan-thread.ts", import.meta.url), { workerData, execArgv: [], env: {} }).unref()
}

/** Throws where a file that an option names by its path, and that the program reads itself, was written to since it was digested. */
const checkPaths = ({ declaration, options }: GraphNode, contents: PathContents, root: string) => {
  for (const [name, { kind }] of Object.entries(optionFields(declaration))) {
    const path = options[name]
    const changed = kind === "path" && typeof path === "string" ? contents.changed(path) : undefined
    if (changed !== undefined) throw changedDuringRun(relative(root, changed))
  }
}

const main = async (specPath: string) => {
  watchForOrphan(specPath)
  const sources = new LoadedSources()
  const spec = JSON.parse(readFileSync(specPath, "utf8")) as ProgramSpec
  const contents = new PathContents(spec.storeRoot)
  const graph = await reloadGraph(spec, contents)
  const node = graph.nodes.find(({ name }) => name === spec.node)!
  const used: Record<string, Array<string>> = {}
  const skipped: Array<readonly [string, string, string]> = []
  mkdirSync(spec.out, { recursive: true })
  mkdirSync(spec.work, { recursive: true })
  const context = {
    inputs: Object.fromEntries(Object.entries(spec.inputs).map(([name, value]) => [name, openValue(value)])),
    options: seenOptions(node),
    threads: spec.threads,
    device: spec.device,
    out: spec.out,
    work: spec.work,
    progress: (done: number, total: number, text?: string) =>
      say({ event: "progress", done, total, ...(text === undefined ? {} : { text }) }),
    metric: (name: string, value: number, step?: number) =>
      say({ event: "metric", name, value, ...(step === undefined ? {} : { step }) }),
    sample: (text: string) => say({ event: "sample", text }),
    used: (input: string, ids: Iterable<string>) => {
      used[input] ??= []
      for (const id of ids) used[input].push(id)
    },
    skipped: (input: string, id: string, reason: string) => {
      skipped.push([input, id, reason])
    }
  }
  const { run } = node.declaration as ProgramDeclaration
  // Where a file was written to, what the program says of it is not the error to tell.
  const running = (async () => run(context))()
  const result = (await running.finally(() => checkPaths(node, contents, spec.root))) as {
    readonly data: unknown
    readonly passed?: boolean
  }
  const outcome: ProgramOutcome = {
    data: result.data ?? null,
    passed: result.passed ?? true,
    gate: result.passed !== undefined,
    used,
    skipped,
    sources: sources.digests()
  }
  writeFileSync(spec.result, JSON.stringify(outcome))
}

main(process.argv[2]!).then(
  () => process.exit(0),
  (cause: unknown) => {
    const told = isDiskFailing(cause) ? asError(cause, dirname(process.argv[2]!)) : cause
    const error = told instanceof Error ? told : new Error(String(told))
    const { code, hint, evidence } = error as { code?: unknown; hint?: unknown; evidence?: unknown }
    // Errors of the training engine keep their evidence as plain data, which the message has said already.
    const lines = Array.isArray(evidence) ? evidence : undefined
    say({ event: "error", message: error.message, code, hint, evidence: lines, stack: error.stack })
    process.exit(1)
  }
)
