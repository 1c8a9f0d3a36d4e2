// Models that other nodes make for row functions: part of their keys once they are there, and laid out as folders for workers.
import { statSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, join, resolve } from "node:path"
import { asksModel, type GraphNode, modelEdges } from "../graph/graph.ts"
import { keysWith, type ComputeClass, type NodeKeys } from "../graph/key.ts"
import { type ModelFile, type ModelSource, modelSource, partOf } from "../graph/model-source.ts"
import { optionFields } from "../graph/options.ts"
import type { Store } from "../store/store.ts"
import type { FolderHead, NodeRecord } from "./node-record.ts"
import { namesBelow, type PathContents } from "./path-content.ts"
import { resultFolder } from "./program-inputs.ts"
import type { ModelSources } from "./row-model.ts"

/** The keys of a node whose functions ask a model: what a sum of many products is, the machine and its arithmetic decide. */
export const keysOnMachine = (node: GraphNode, keys: NodeKeys, { instructions }: ComputeClass): NodeKeys =>
  asksModel(node) ? keysWith(keys, [instructions, runtimeVersion()]) : keys

let version: string | undefined

/** The version of ONNX Runtime, which computes. */
const runtimeVersion = (): string => {
  version ??= (createRequire(import.meta.url)("onnxruntime-node/package.json") as { readonly version: string }).version
  return version
}

/** A node's keys with the models that it is given by other nodes; undefined where one is not made yet. */
export const keysWithModels = (
  node: GraphNode,
  keys: NodeKeys,
  records: ReadonlyMap<GraphNode, NodeRecord>
): NodeKeys | undefined => {
  const edges = modelEdges(node)
  if (edges.length === 0) return keys
  const digests: Array<readonly [string, string]> = []
  for (const edge of edges) {
    const folder = records.get(edge.node)?.folder
    if (folder === undefined) return undefined
    digests.push([edge.input, linked(node, edge.input, folder, "").digest])
  }
  return keysWith(keys, digests)
}

/** What a node asks of a model that another made, as a source in `folder`. */
const linked = (node: GraphNode, input: string, head: FolderHead, folder: string): ModelSource => {
  const files = head.files.map(({ path, object }) => ({ path, digest: object }))
  return partOf({ folder, digest: head.digest, files }, optionFields(node.declaration)[input]?.part)
}

/** The models that other nodes made for a node, as folders. */
export const linkedModels = (
  store: Store,
  node: GraphNode,
  records: ReadonlyMap<GraphNode, NodeRecord>
): ModelSources =>
  Object.fromEntries(
    modelEdges(node).map((edge) => {
      const head = records.get(edge.node)!.folder!
      return [edge.input, linked(node, edge.input, head, resultFolder(store, head, true))]
    })
  )

/** The model in a folder of the project, with all its files but hidden ones; or one file, alone. */
export const modelAt = (root: string, path: string, contents: PathContents): ModelSource => {
  const absolute = resolve(root, path)
  if (statSync(absolute).isFile())
    return {
      ...modelSource(dirname(absolute), [{ path: basename(absolute), digest: contents.digest(absolute) }]),
      file: absolute
    }
  const files = namesBelow(absolute)
  if (files.length === 0) throw new Error(`${path} has no files`)
  return modelSource(
    absolute,
    files.map((name): ModelFile => ({ path: name, digest: contents.digest(join(absolute, name)) }))
  )
}
