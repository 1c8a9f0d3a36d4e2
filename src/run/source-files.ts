// The input files of all sources of a graph, listed and digested: reading them goes on beside other work of this thread.
import { SluiceError } from "../errors.ts"
import type { Graph, GraphNode } from "../graph/graph.ts"
import type { SourceDeclaration } from "../stage/declaration.ts"
import type { Store } from "../store/store.ts"
import { memberChoice } from "./archive.ts"
import { folderView } from "./folder-view.ts"
import { type InputFile, listFiles, type StatCache } from "./listing.ts"

export interface SourceFiles {
  readonly files: ReadonlyMap<GraphNode, ReadonlyArray<InputFile>>
  /** Seconds spent on each source. */
  readonly seconds: ReadonlyMap<GraphNode, number>
  readonly errors: ReadonlyArray<SluiceError>
}

/** Lists the files of each source; what is wrong with one does not keep the others from being listed. */
export const listSources = async (graph: Graph, root: string, stats: StatCache, store: Store): Promise<SourceFiles> => {
  const files = new Map<GraphNode, ReadonlyArray<InputFile>>()
  const seconds = new Map<GraphNode, number>()
  const errors: Array<SluiceError> = []
  for (const node of graph.nodes) {
    if (node.kind !== "source") continue
    const began = performance.now()
    try {
      const { list } = node.declaration as SourceDeclaration
      const patterns = await patternsOf(node, () => list(node.options, folderView(root)))
      files.set(node, await listFiles(root, patterns, stats, store, memberChoice(node)))
    } catch (cause) {
      if (cause instanceof SluiceError) errors.push(cause)
      else throw cause
    }
    seconds.set(node, (performance.now() - began) / 1000)
  }
  return { files, seconds, errors }
}

/** The paths and globs that a source lists; an Error of its own tells what is wrong with the folder that it looked at. */
const patternsOf = async (node: GraphNode, list: () => unknown): Promise<string | ReadonlyArray<string>> => {
  try {
    return (await list()) as string | ReadonlyArray<string>
  } catch (cause) {
    throw new SluiceError("SLUICE_BAD_INPUT", `${node.name}: ${(cause as Error).message}`, { cause })
  }
}
