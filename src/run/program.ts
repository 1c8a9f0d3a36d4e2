// Runs a program in a process of its own and takes its files into the store; scratch survives a kill, half results do not.
import { spawn } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { SluiceError } from "../errors.ts"
import type { Edge, GraphNode } from "../graph/graph.ts"
import type { Device } from "../model/train/device.ts"
import { diskError, onDisk } from "../store/durable-file.ts"
import type { Lease } from "../store/lease.ts"
import type { Store } from "../store/store.ts"
import { keyOf } from "../table/digest.ts"
import type { RunEvent } from "./journal.ts"
import type { FolderHead, ProgramFile, RowTotals } from "./node-record.ts"
import type { InputSpec } from "./program-inputs.ts"
import type { ProgramOutcome, ProgramSpec } from "./program-process.ts"
import type { PlannedSources } from "./planned-sources.ts"

export interface ProgramTask {
  readonly store: Store
  readonly node: GraphNode
  /** Scratch folder of this attempt. */
  readonly folder: string
  readonly pipeline: string
  readonly graph: string
  readonly root: string
  readonly sets: { readonly [target: string]: string }
  readonly threads: number
  readonly device: Device
  readonly inputs: ReadonlyArray<{ readonly edge: Edge; readonly spec: InputSpec }>
  readonly sources: PlannedSources
  readonly emit: (event: RunEvent) => void
  readonly signal: AbortSignal
}

export interface ProgramMade {
  readonly head: FolderHead
  readonly totals: RowTotals
  readonly reasons: { readonly [reason: string]: number }
}

/**
 * The scratch folder of an attempt at a program, named by its lease. What an attempt left that was killed is taken over
 * by renaming: whatever is still alive of it finds its folder gone, as if it had been killed then.
 */
export const takeScratch = (store: Store, key: string, lease: Lease): string => {
  const place = join(store.root, "work", key)
  const folder = join(place, lease.token)
  try {
    mkdirSync(place, { recursive: true })
    const left = readdirSync(place)
      .map((name) => join(place, name))
      .map((path) => ({ path, time: statSync(path).mtimeMs }))
      .sort((a, b) => b.time - a.time)
    left.forEach(({ path }, i) => {
      if (i === 0) renameSync(path, folder)
      else rmSync(path, { recursive: true, force: true })
    })
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw diskError(folder, cause)
  }
  return folder
}

/** Removes an attempt's scratch, and the key's folder when nothing else is in it. */
const dropScratch = (folder: string) => {
  rmSync(folder, { recursive: true, force: true })
  try {
    rmdirSync(dirname(folder))
  } catch {
    // Another attempt's scratch is there.
  }
}

export const runProgram = async (task: ProgramTask): Promise<ProgramMade> => {
  const { folder } = task
  const out = join(folder, "out")
  const result = join(folder, "result.json")
  try {
    rmSync(out, { recursive: true, force: true })
    rmSync(result, { force: true })
    mkdirSync(out, { recursive: true })
    const spec: ProgramSpec = {
      pipeline: task.pipeline,
      graph: task.graph,
      root: task.root,
      storeRoot: task.store.root,
      sets: task.sets,
      node: task.node.name,
      inputs: specInputs(task),
      out,
      work: join(folder, "scratch"),
      result,
      threads: task.threads,
      device: task.device
    }
    writeFileSync(join(folder, "spec.json"), JSON.stringify(spec))
  } catch (cause) {
    throw diskError(folder, cause)
  }
  await runProcess(task, join(folder, "spec.json"))
  const outcome = JSON.parse(onDisk(result, () => readFileSync(result, "utf8"))) as ProgramOutcome
  const edited = task.sources.edited(outcome.sources)
  if (edited !== undefined) throw edited
  const made = takeResult(task, out, outcome)
  dropScratch(folder)
  return made
}

const specInputs = (task: ProgramTask): ProgramSpec["inputs"] => {
  const values: Record<string, ProgramSpec["inputs"][string]> = {}
  for (const [name, group] of Map.groupBy(task.inputs, ({ edge }) => edge.input)) {
    const { many } = group[0]!.edge
    if (many === "one") values[name] = { one: group[0]!.spec }
    else if (many === "list") values[name] = { list: group.map(({ spec }) => spec) }
    else values[name] = { record: Object.fromEntries(group.map(({ edge, spec }) => [edge.label!, spec])) }
  }
  return values
}

const runProcess = (task: ProgramTask, spec: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL("./program-process.ts", import.meta.url)), spec], {
      env: { ...process.env, TZ: "UTC", LANG: "C.UTF-8", LC_ALL: "C.UTF-8" },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let failure:
      | { message: string; code?: string; hint?: string; evidence?: ReadonlyArray<string>; stack?: string }
      | undefined
    let noise = ""
    let untold: { readonly cause: unknown } | undefined
    const stop = () => child.kill("SIGTERM")
    const tell = (said: Record<string, unknown>) => {
      try {
        task.emit({ node: task.node.name, ...said } as never)
      } catch (cause) {
        // The journal's disk is full, say: nothing that the program does from here on could be told.
        untold ??= { cause }
        stop()
      }
    }
    task.signal.addEventListener("abort", stop, { once: true })
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said = parse(line)
      if (said?.["event"] === "error") failure = said as never
      else if (said !== undefined) tell(said)
      else noise = `${noise}${line}\n`.slice(-2000)
    })
    child.stderr.on("data", (chunk: Buffer) => {
      noise = `${noise}${chunk.toString()}`.slice(-2000)
    })
    child.on("error", reject)
    child.on("close", (code, signal) => {
      task.signal.removeEventListener("abort", stop)
      if (untold !== undefined && failure === undefined) return reject(untold.cause)
      if (code === 0) return resolve()
      const error = new SluiceError(
        (failure?.code?.startsWith("SLUICE_") ? failure.code : "SLUICE_PROGRAM") as "SLUICE_PROGRAM",
        `${task.node.name} failed: ${failure?.message ?? (signal === null ? `exit code ${code}` : `killed by ${signal}`)}`,
        {
          evidence: failure?.evidence ?? noise.trim().split("\n").filter(Boolean).slice(-5),
          hint: failure?.hint ?? "run again: it goes on from its last checkpoint; --trace shows the stack"
        }
      )
      if (failure?.stack !== undefined) error.stack = failure.stack
      reject(error)
    })
  })

const parse = (line: string): Record<string, unknown> | undefined => {
  if (!line.startsWith("{")) return undefined
  try {
    const said = JSON.parse(line) as Record<string, unknown>
    return typeof said["event"] === "string" ? said : undefined
  } catch {
    return undefined
  }
}

const takeResult = (task: ProgramTask, out: string, outcome: ProgramOutcome): ProgramMade => {
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path): ProgramFile => {
      const bytes = onDisk(path, () => readFileSync(path))
      return { path: relative(out, path).split(sep).join("/"), object: task.store.put(bytes), bytes: bytes.length }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const ledger = task.store.put(Buffer.from(JSON.stringify({ used: outcome.used, skipped: outcome.skipped })))
  const digest = keyOf([files.map(({ path, object }) => [path, object]), outcome.data, outcome.passed])
  const { totals, reasons } = account(task, outcome)
  const { data, passed, gate } = outcome
  return { head: { digest, files, data, passed, gate, ledger }, totals, reasons }
}

/** Each input row is used or skipped for a reason, once: else the program's ledger is no evidence. */
const account = (
  task: ProgramTask,
  outcome: ProgramOutcome
): { totals: RowTotals; reasons: Record<string, number> } => {
  const reasons: Record<string, number> = {}
  let rows = 0
  let kept = 0
  const datasets = Map.groupBy(
    task.inputs.filter(({ spec }) => spec.kind === "dataset"),
    ({ edge }) => edge.input
  )
  for (const [input, group] of datasets) {
    const counts = group.map(({ spec }) => (spec.kind === "dataset" ? spec.rows : 0))
    const given = counts.reduce((sum, count) => sum + count, 0)
    rows += given
    const used = outcome.used[input] ?? []
    const skipped = outcome.skipped.filter(([name]) => name === input)
    const named = new Set([...used, ...skipped.map(([, id]) => id)]).size
    // Datasets of one list may share rows.
    const complete = named <= given && named >= Math.max(...counts) && (group.length > 1 || named === given)
    if (!complete || used.length + skipped.length !== given)
      throw new SluiceError(
        "SLUICE_CONSERVATION",
        `${task.node.name} accounts for ${named} of the ${given} rows of "${input}" (${used.length} used, ${skipped.length} skipped)`,
        { hint: "call used() or skipped() exactly once for every input row" }
      )
    kept += used.length
    for (const [, , reason] of skipped) reasons[reason] = (reasons[reason] ?? 0) + 1
  }
  return { totals: { in: rows, kept, dropped: rows - kept, merged: 0, failed: 0, out: kept }, reasons }
}
