// Plans a run: walks the graph from what the store already holds, runs no row function, and says of each node why it runs.
import { keyOf } from "../table/digest.ts"
import type { View } from "../table/view.ts"
import { explainChange, type NodeIngredients, type NodePlan } from "../graph/plan.ts"
import { chosenColumns, type Edge, type GraphNode } from "../graph/graph.ts"
import type { SourceDeclaration } from "../stage/declaration.ts"
import { hashOf } from "../graph/code.ts"
import { epochsOf } from "../graph/epoch.ts"
import { runtime } from "../graph/key.ts"
import { datasetDigest, type DatasetHead, type NodeRecord, type PipelineRef, viewsOf } from "./node-record.ts"
import { parseKey, recordDigests } from "./parse.ts"
import { Records } from "./records.ts"
import { earlierActions } from "./reuse-list.ts"
import { lookUp, type RowAction, rowKey, viewIntact } from "./row-action.ts"
import { RowReuse } from "./row-reuse.ts"
import { DamagedObject, type Store } from "../store/store.ts"
import type { Survey } from "./survey.ts"

/** What is known of a node before the run: its record where it is a hit, else which partitions are known. */
export interface Known {
  readonly record: NodeRecord | undefined
  /** Views by partition, undefined where one must be computed; absent where not even the partitions are known. */
  readonly views: ReadonlyArray<View | undefined> | undefined
  /** Rows that will be computed here at most, as far as it can be said. */
  readonly fresh: number | undefined
}

export interface Plan {
  readonly nodes: ReadonlyArray<NodePlan>
  readonly known: ReadonlyMap<GraphNode, Known>
  readonly records: ReadonlyMap<GraphNode, Records>
}

/** The digest of what an edge delivers, from the record of the node it comes from. */
export const edgeDigest = (edge: Edge, record: NodeRecord): string =>
  record.folder === undefined
    ? datasetDigest(headOf(edge, record).content)
    : keyOf([record.folder.digest, record.folder.passed])

export const headOf = (edge: Pick<Edge, "part">, record: NodeRecord): DatasetHead => record.datasets[edge.part ?? ""]!

/** The columns of an edge's dataset that a program reads. */
export const programColumns = (node: GraphNode, edge: Edge): ReadonlyArray<string> =>
  Object.keys(node.declaration.inputs[edge.input]?.needs ?? {})

const inputOf = (node: GraphNode, edge: Edge, record: NodeRecord): unknown => {
  if (node.kind !== "program" || record.folder !== undefined) return edgeDigest(edge, record)
  const { content } = headOf(edge, record)
  return [content.rows, content.ids, programColumns(node, edge).map((name) => [name, content.columns[name]])]
}

/** The key of a node's record: its functions, its options and the content of all its inputs. */
export const recordKey = (survey: Survey, node: GraphNode, inputs: ReadonlyMap<GraphNode, NodeRecord>): string => {
  const keys = survey.keys.get(node)!
  if (node.kind === "source") {
    const files = survey.files.get(node)!.map(({ path, digest }) => [path, digest])
    return keyOf(["record", keys.row, files])
  }
  const edges = node.edges.map((edge) => [edge.input, edge.label ?? null, inputOf(node, edge, inputs.get(edge.node)!)])
  const compute = node.kind === "program" ? survey.compute : null
  return keyOf(["record", keys.row, keys.whole, edges, chosenColumns(node), compute])
}

export const edgeLabel = (edge: Edge): string =>
  `${edge.label === undefined ? edge.input : `${edge.input}.${edge.label}`} from ${edge.node.name}${edge.part ? ` (${edge.part})` : ""}`

export const ingredientsOf = (
  survey: Survey,
  node: GraphNode,
  inputs: ReadonlyMap<GraphNode, NodeRecord>
): NodeIngredients => ({
  code: survey.code.get(node)!.functions,
  options: { ...node.keyed, ...chosenColumns(node) },
  inputs:
    node.kind === "source"
      ? Object.fromEntries(survey.files.get(node)!.map(({ path, digest }) => [path, digest]))
      : Object.fromEntries(
          node.edges
            .filter((edge) => inputs.has(edge.node))
            .map((edge) => [edgeLabel(edge), keyOf(inputOf(node, edge, inputs.get(edge.node)!))])
        ),
  runtime
})

/** Whether every object that a record names is there. */
export const intact = (store: Store, record: NodeRecord): boolean => {
  const files = record.folder?.files.map(({ object }) => object) ?? []
  if (![record.refs, record.ingredients.code, ...files].every((object) => store.has(object))) return false
  return Object.values(record.datasets).every(
    (head) => store.has(head.body) && viewsOf(store, head).every((view) => viewIntact(store, view))
  )
}

const rowLocal = new Set(["map", "filter", "expand"])

/** Plans a run. With `distrust`, a result counts only where every object it names is there. */
export const makePlan = async (survey: Survey, distrust = false): Promise<Plan> => {
  const planner = new Planner(survey, distrust)
  const nodes: Array<NodePlan> = []
  for (const node of survey.graph.nodes) nodes.push(await planner.node(node))
  return { nodes, known: planner.known, records: planner.records }
}

class Planner {
  readonly known = new Map<GraphNode, Known>()
  readonly records = new Map<GraphNode, Records>()
  readonly #survey: Survey
  readonly #found = new Map<GraphNode, NodeRecord>()
  readonly #ref: PipelineRef | undefined
  readonly #distrust: boolean

  constructor(survey: Survey, distrust: boolean) {
    this.#survey = survey
    this.#distrust = distrust
    this.#ref = survey.store.ref<PipelineRef>(survey.graph.pipeline)
  }

  async node(node: GraphNode): Promise<NodePlan> {
    const waiting = node.edges.filter((edge) => !this.#found.has(edge.node))
    const { impure } = this.#survey.code.get(node)!
    if (waiting.length === 0 && impure === undefined) {
      const record = this.#survey.store.action<NodeRecord>(recordKey(this.#survey, node, this.#found))
      if (record !== undefined && !(this.#distrust && !intact(this.#survey.store, record)))
        return this.#hit(node, record)
    }
    if (node.kind === "source") return this.#source(node)
    if (rowLocal.has(node.kind)) return this.#rows(node, waiting)
    this.known.set(node, { record: undefined, views: undefined, fresh: undefined })
    const rows = node.edges.flatMap((edge) => this.#found.get(edge.node) ?? [])
    const total = rows.reduce((sum, record) => sum + record.totals.out, 0)
    return this.#plan(node, waiting, { hit: 0, run: 1 }, { reusable: 0, new: total })
  }

  #hit(node: GraphNode, record: NodeRecord): NodePlan {
    this.#found.set(node, record)
    this.known.set(node, { record, views: undefined, fresh: 0 })
    return {
      name: node.name,
      kind: node.kind,
      verdict: "hit",
      because: ["unchanged"],
      partitions: { hit: record.partitions, run: 0 },
      rows: { reusable: record.totals.in, new: 0 }
    }
  }

  #plan(
    node: GraphNode,
    waiting: ReadonlyArray<Edge>,
    partitions: NodePlan["partitions"],
    rows: NodePlan["rows"],
    more: ReadonlyArray<string> = []
  ): NodePlan {
    const because = [...this.#why(node, waiting), ...more]
    const own = because.length > 0
    if (waiting.length > 0) because.push(`waits for ${[...new Set(waiting.map((edge) => edge.node.name))].join(", ")}`)
    const verdict = waiting.length > 0 && !own ? "may-run" : "run"
    return { name: node.name, kind: node.kind, verdict, because, partitions, rows }
  }

  #last(node: GraphNode): NodeRecord | undefined {
    const key = this.#ref?.nodes[node.name]
    return key === undefined ? undefined : this.#survey.store.action<NodeRecord>(key)
  }

  /** The functions behind an earlier result; a reason that cannot be read any more is no reason to fail. */
  #codeOf(record: NodeRecord): NodeIngredients["code"] | undefined {
    try {
      return JSON.parse(Buffer.from(this.#survey.store.get(record.ingredients.code)).toString())
    } catch (cause) {
      if (cause instanceof DamagedObject) return undefined
      throw cause
    }
  }

  /** What changed in the node itself since the last finished run. */
  #why(node: GraphNode, waiting: ReadonlyArray<Edge>): ReadonlyArray<string> {
    const { impure } = this.#survey.code.get(node)!
    if (impure !== undefined) return [`it is declared impure: ${impure}`]
    const last = this.#last(node)
    if (last === undefined) return ["it has not run before"]
    const now = ingredientsOf(this.#survey, node, this.#found)
    const code = this.#codeOf(last)
    const sentences = code === undefined ? [] : [...explainChange({ ...last.ingredients, code }, now)]
    if (node.kind === "source") sentences.push(...explainFiles(last.ingredients.inputs, now.inputs))
    else if (waiting.length === 0)
      for (const [label, digest] of Object.entries(now.inputs)) {
        const before = last.ingredients.inputs[label]
        if (before === undefined) sentences.push(`new input: ${label}`)
        else if (before !== digest) sentences.push(`changed input: ${label}`)
      }
    return sentences
  }

  async #source(node: GraphNode): Promise<NodePlan> {
    const { store } = this.#survey
    const keys = this.#survey.keys.get(node)!
    const frameKey = keyOf([epochsOf("ingest"), hashOf(this.#survey.code.get(node)!, "frame"), node.keyed])
    const records = await Records.of(node, frameKey, this.#survey.files.get(node)!, store)
    this.records.set(node, records)
    const paths = records.files.map(({ path }) => path)
    const actions = records.partitions.map((part) => store.action<RowAction>(parseKey(node, keys, { ...part, paths })))
    const views = actions.map((action) => action?.face?.view)
    const reuse = new RowReuse(store, earlierActions(store, keys.row, placeOf(this.#survey, node, undefined)))
    let fresh = 0
    records.partitions.forEach((part, index) => {
      if (views[index] !== undefined) return
      const digests = recordDigests(node.declaration as SourceDeclaration, { ...part, paths })
      for (let row = 0; row < part.count; row++) if (reuse.find(digests, row) === undefined) fresh++
    })
    const total = records.partitions.reduce((sum, part) => sum + part.count, 0)
    this.known.set(node, { record: undefined, views, fresh })
    const hit = views.filter((view) => view !== undefined).length
    const run = views.length - hit
    return this.#plan(node, [], { hit, run }, { reusable: total - fresh, new: fresh }, [
      `${run} of ${views.length} partitions new, ${fresh} rows`
    ])
  }

  #rows(node: GraphNode, waiting: ReadonlyArray<Edge>): NodePlan {
    const { store } = this.#survey
    const keys = this.#survey.keys.get(node)!
    const edge = node.edges.find(({ input }) => input === "rows")!
    const above = this.known.get(edge.node)!
    const inputs = above.record !== undefined ? viewsOf(store, headOf(edge, above.record)) : above.views
    if (inputs === undefined || (edge.part !== undefined && above.record === undefined)) {
      this.known.set(node, { record: undefined, views: undefined, fresh: undefined })
      return this.#plan(node, waiting, { hit: 0, run: 0 }, { reusable: 0, new: 0 })
    }
    const outcomes = inputs.map((view) => (view === undefined ? undefined : lookUp(store, node, keys, view)))
    const hit = outcomes.filter((outcome) => outcome !== undefined).length
    const missing = inputs.flatMap((view, index) => (view !== undefined && outcomes[index] === undefined ? [view] : []))
    const known = missing.filter((view) => store.action(rowKey(node, keys, view)) !== undefined)
    const total = inputs.reduce((sum, view) => sum + (view?.rows ?? 0), 0)
    const reuse = earlierActions(store, keys.row, placeOf(this.#survey, node, edge)).length === 0
    const fresh = reuse
      ? missing.reduce((sum, view) => sum + view.rows, 0) - known.reduce((sum, view) => sum + view.rows, 0)
      : (above.fresh ?? 0)
    this.known.set(node, { record: undefined, views: outcomes.map((outcome) => outcome?.view), fresh })
    return this.#plan(
      node,
      waiting,
      { hit, run: inputs.length - hit },
      { reusable: Math.max(0, total - fresh), new: fresh }
    )
  }
}

/** Where a function runs: a pipeline's node, on the rows of one of its inputs. */
export const placeOf = (survey: Survey, node: GraphNode, edge: Edge | undefined): string =>
  JSON.stringify([survey.graph.pipeline, node.name, edge === undefined ? -1 : node.edges.indexOf(edge)])

const explainFiles = (
  before: { readonly [path: string]: string },
  now: { readonly [path: string]: string }
): ReadonlyArray<string> => {
  const added = Object.keys(now).filter((path) => !(path in before))
  const removed = Object.keys(before).filter((path) => !(path in now))
  const edited = Object.keys(now).filter((path) => path in before && before[path] !== now[path])
  const name = (what: string, paths: ReadonlyArray<string>) =>
    paths.length === 0
      ? []
      : [`${what} ${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ` and ${paths.length - 3} more` : ""}`]
  return [...name("edited", edited), ...name("added", added), ...name("removed", removed)]
}
