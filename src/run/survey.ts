// The survey before a plan: the graph, the code and keys of each node, and the input files of each source.
import { SluiceError, SluiceErrors } from "../errors.ts"
import type { Code } from "../graph/code.ts"
import { FingerprintError, makeFingerprinter } from "../graph/fingerprint/index.ts"
import type { Graph, GraphNode } from "../graph/graph.ts"
import { type ComputeClass, type NodeKeys, nodeKeys } from "../graph/key.ts"
import type { Device } from "../model/train/device.ts"
import { type Acceptance, readAcceptances } from "../store/acceptance.ts"
import { asError } from "../store/durable-file.ts"
import { StepStore } from "../store/step-store.ts"
import { keyOf } from "../table/digest.ts"
import { randomUUID } from "node:crypto"
import { cpus } from "node:os"
import { setImmediate } from "node:timers/promises"
import { existsSync, readFileSync } from "node:fs"
import { getCompileCacheDir } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { acceptedCode } from "./accepted-code.ts"
import { DigestThreads } from "./digest-threads.ts"
import { mostDigestThreads, type InputFile, StatCache } from "./listing.ts"
import { keysOnMachine } from "./model-links.ts"
import { PlannedSources } from "./planned-sources.ts"
import { loadGraph, type Project } from "./project.ts"
import { listSources } from "./source-files.ts"

export interface Survey {
  readonly project: Project
  readonly file: string
  readonly sets: { readonly [target: string]: string }
  readonly graph: Graph
  readonly store: StepStore
  /** The code behind the keys: that of an accepted refactoring counts as the code before it. */
  readonly code: ReadonlyMap<GraphNode, Code>
  /** The code as it is written. */
  readonly written: ReadonlyMap<GraphNode, Code>
  /** All acceptances of the store, revoked ones too. */
  readonly accepted: ReadonlyArray<Acceptance>
  /** The acceptances that a node's keys rest on. */
  readonly acceptances: ReadonlyMap<GraphNode, ReadonlyArray<Acceptance>>
  /** Without the models that other nodes make: see `keysWithModels`. */
  readonly keys: ReadonlyMap<GraphNode, NodeKeys>
  readonly files: ReadonlyMap<GraphNode, ReadonlyArray<InputFile>>
  /** How many of them are new or changed: where any are, rows will have to be computed. */
  readonly news: number
  /** Seconds spent on listing and digesting them. */
  readonly listing: ReadonlyMap<GraphNode, number>
  /** The code behind the keys. */
  readonly sources: PlannedSources
  readonly compute: ComputeClass
}

/** Where this module was compiled to, with the stages; undefined where it runs as it is written. */
const compiled = import.meta.url.endsWith(".js") ? dirname(fileURLToPath(import.meta.url)) : undefined
/** The folder of the stages that are part of the engine; compiled, they count as all others do. */
const authoring = fileURLToPath(new URL("../stage", import.meta.url))

/** What of this machine a program's result may depend on. */
export const computeClass = (threads: number, device: Device = "cpu"): ComputeClass => {
  const info = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : (cpus()[0]?.model ?? "")
  const found = ["avx512f", "avx2", "neon", "asimd"].filter((flag) => info.includes(flag))
  return { device, threads, instructions: `${process.arch} ${found[0] ?? "base"}` }
}

/** Beside V8's compile cache, which lies with the installed packages; undefined where there is none. */
const packagesFile = (): string | undefined => {
  const cache = getCompileCacheDir()
  return cache && join(dirname(cache), "packages.json")
}

/** Code is read for so long in one go: files that are read meanwhile have their turn. */
const turnMs = 3

/**
 * Surveys a pipeline. Planning errors of all nodes are thrown together. `sources` are told the code that was read; `changing`
 * is called when the first file is met that is new or may have changed: it is yet to be read, and rows will have to be computed.
 */
export const survey = async (
  project: Project,
  file: string,
  sets: { readonly [target: string]: string },
  threads: number,
  device?: Device,
  sources = new PlannedSources(),
  changing: () => void = () => {}
): Promise<Survey> => {
  const graph = await loadGraph(file, sets, project)
  const store = new StepStore(project.storeRoot)
  const damaged = (name: string) => (path: string, what: string) => store.found({ kind: "cache", name, path, what })
  // First of all, for files that are new are read beside this thread.
  const digests = new DigestThreads(Math.min(threads, mostDigestThreads))
  const stats = new StatCache(store.root, damaged("input digests"), changing, (path) => digests.digest(path))
  const listed = listSources(graph, project.root, stats, store).finally(() => digests.close())
  listed.catch(() => {})
  await setImmediate()
  const cacheFile = join(project.storeRoot, "fingerprints.json")
  const fingerprinter = makeFingerprinter({
    root: project.root,
    entry: file,
    compiled,
    boundaries: ["#sluice", "sluice", fileURLToPath(new URL("../index.ts", import.meta.url))],
    cacheFile,
    packagesFile: packagesFile()
  })
  if (fingerprinter.isCacheDamaged) damaged("parsed modules")(cacheFile, "its checksum is wrong")
  await setImmediate()
  const code = new Map<GraphNode, Code>()
  const written = new Map<GraphNode, Code>()
  const accepted = readAcceptances(store.root)
  const acceptances = new Map<GraphNode, ReadonlyArray<Acceptance>>()
  const keys = new Map<GraphNode, NodeKeys>()
  const compute = computeClass(threads, device)
  const errors: Array<SluiceError> = []
  let since = performance.now()
  for (const node of graph.nodes) {
    if (performance.now() - since > turnMs) {
      await setImmediate()
      since = performance.now()
    }
    try {
      const read = codeOf(fingerprinter, node)
      const { code: found, acceptances: own } = acceptedCode(accepted, node.declaration.name, read)
      written.set(node, read)
      acceptances.set(node, own)
      code.set(node, found)
      const onMachine = keysOnMachine(node, nodeKeys(node, found), compute)
      keys.set(node, found.impure === undefined ? onMachine : onceKeys(onMachine))
    } catch (cause) {
      if (cause instanceof FingerprintError) errors.push(planningError(node, cause))
      else if (cause instanceof SluiceError) errors.push(cause)
      else throw cause
    }
  }
  sources.plan(fingerprinter, graph)
  const { files, seconds: listing, errors: unlisted } = await listed
  errors.push(...unlisted)
  saveCaches([fingerprinter, stats])
  if (errors.length > 0) throw new SluiceErrors(errors)
  return {
    project,
    file,
    sets,
    graph,
    store,
    code,
    written,
    accepted,
    acceptances,
    keys,
    files,
    news: stats.news,
    listing,
    sources,
    compute
  }
}

/** Saves what spares the next process work; where the disk does not take it, that process works more. */
const saveCaches = (caches: ReadonlyArray<{ readonly save: () => void }>) => {
  for (const cache of caches)
    try {
      cache.save()
    } catch (cause) {
      if (!(asError(cause) instanceof SluiceError)) throw cause
    }
}

/** Keys that no other run has: what an impure stage gave before is not what it would give now. */
const onceKeys = ({ row, whole }: NodeKeys): NodeKeys => {
  const once = randomUUID()
  return { row: keyOf([row, once]), whole: keyOf([whole, once]) }
}

const none: Code = { functions: {}, impure: undefined }

const codeOf = (fingerprinter: ReturnType<typeof makeFingerprinter>, node: GraphNode): Code => {
  const { site } = node.declaration
  if (site.file.startsWith(authoring)) return none
  const named = Object.entries(node.declaration).flatMap(([name, value]) => (typeof value === "function" ? [name] : []))
  const installed = fingerprinter.installed(site, named)
  if (installed !== undefined) return { functions: installed, impure: node.declaration.impure }
  const { functions, impure } = fingerprinter.stage(site)
  return { functions, impure }
}

const planningError = (node: GraphNode, cause: FingerprintError): SluiceError =>
  new SluiceError(cause.code as never, `${node.name}: ${cause.message}`, {
    evidence: [`${cause.file}:${cause.line}:${cause.column}`],
    ...(cause.hint === undefined ? {} : { hint: cause.hint })
  })
