// A project: its root, its store, and the pipelines in it. Loads a pipeline's module and builds its graph.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { gunzipSync, zstdDecompressSync } from "node:zlib"
import { nearest, SluiceError, SluiceErrors } from "../errors.ts"
import { buildGraph, type Graph } from "../graph/graph.ts"
import { graphKey } from "../graph/key.ts"
import { changedDuringRun } from "./planned-sources.ts"
import { isPipeline } from "../stage/pipeline.ts"
import { modelAt } from "./model-links.ts"
import { PathContents } from "./path-content.ts"

export interface Project {
  readonly root: string
  readonly storeRoot: string
}

/** The nearest folder upwards that has a package.json. */
export const findProject = (from: string, store?: string): Project => {
  let root = resolve(from)
  while (!existsSync(join(root, "package.json")) && dirname(root) !== root) root = dirname(root)
  if (!existsSync(join(root, "package.json"))) root = resolve(from)
  return { root, storeRoot: store === undefined ? join(root, ".sluice") : resolve(from, store) }
}

/** The file of a pipeline given by its name under pipelines/ or by a path. */
export const pipelineFile = (project: Project, given: string, cwd: string): string => {
  const named = join(project.root, "pipelines", `${given}.ts`)
  if (existsSync(named)) return named
  const path = resolve(cwd, given)
  if (existsSync(path) && statSync(path).isFile()) return path
  const folder = join(project.root, "pipelines")
  const known = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".ts"))
        .map((file) => basename(file, ".ts"))
    : []
  const guess = nearest(given, known)
  throw new SluiceError(
    "SLUICE_UNKNOWN",
    `there is no pipeline "${given}"${guess ? `; did you mean "${guess}"?` : ""}`,
    {
      evidence: [`pipelines: ${known.join(", ") || "none"} (in ${folder})`],
      hint: "give a name under pipelines/ or the path of a file"
    }
  )
}

/** Most bytes that a file named by an option may become: it is held in memory by every worker. */
const maxOptionBytes = 2 ** 30

/** A file that an option names, decompressed where its name ends in .gz or .zst. */
const readOption = (path: string): Uint8Array => {
  const bytes = readFileSync(path)
  if (path.endsWith(".gz")) return gunzipSync(bytes, { maxOutputLength: maxOptionBytes })
  return path.endsWith(".zst") ? zstdDecompressSync(bytes, { maxOutputLength: maxOptionBytes }) : bytes
}

/** Imports a pipeline's module and builds the graph of its default export; options name files relative to the project. */
export const loadGraph = async (
  file: string,
  sets: { readonly [target: string]: string },
  { root, storeRoot }: Project,
  contents = new PathContents(storeRoot)
): Promise<Graph> => {
  let module: { readonly default?: unknown }
  try {
    module = await import(pathToFileURL(file).href)
  } catch (cause) {
    if (cause instanceof SluiceError || cause instanceof SluiceErrors) throw cause
    const at = stackPlace(cause, dirname(file))
    throw new SluiceError("SLUICE_PIPELINE", `${basename(file)} cannot be imported: ${firstLine(cause)}`, {
      evidence: at === undefined ? [] : [`at ${at}`],
      hint: `mend the module; node ${file} shows the whole stack`,
      cause
    })
  }
  if (!isPipeline(module.default))
    throw new SluiceError("SLUICE_PIPELINE", `${basename(file)} has no pipeline as its default export`, {
      hint: 'end the file with: export default pipeline("name", { … })'
    })
  const read = (path: string) => readOption(resolve(root, path))
  const graph = buildGraph(module.default, sets, read, (path) => modelAt(root, path, contents))
  contents.save()
  return graph
}

/** Loads a pipeline again, in a program's process: it must be what was planned. */
export const reloadGraph = async (
  start: {
    readonly pipeline: string
    readonly sets: { readonly [target: string]: string }
    readonly graph: string
    readonly root: string
    readonly storeRoot: string
  },
  contents: PathContents
): Promise<Graph> => {
  const graph = await loadGraph(start.pipeline, start.sets, start, contents)
  if (graphKey(graph) !== start.graph) throw changedDuringRun(basename(start.pipeline))
  return graph
}

const firstLine = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!

const stackPlace = (cause: unknown, near: string): string | undefined => {
  const lines = cause instanceof Error ? (cause.stack ?? "").split("\n") : []
  const line = lines.find((text) => text.includes(near)) ?? lines.find((text) => text.includes("file://"))
  return line
    ?.replace(/^.*?file:\/\//, "")
    .replace(/\)?$/, "")
    .trim()
}
