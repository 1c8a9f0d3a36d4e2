// Plans a run: walks the graph from what the store already holds, runs no row function, and says of each node why it runs.
import { hashOf } from "../graph/code.ts"
import { causeTexts } from "../graph/cause-text.ts"
import { epochsOf } from "../graph/epoch.ts"
import { type Edge, type GraphNode, rowEdges } from "../graph/graph.ts"
import type { NodeKeys } from "../graph/key.ts"
import type { Cause, NodePlan } from "../graph/plan.ts"
import type { SourceDeclaration } from "../stage/declaration.ts"
import { keyOf } from "../table/digest.ts"
import type { View } from "../table/view.ts"
import { Causes } from "./causes.ts"
import { prepares, rowLocal } from "./chain.ts"
import { withExpected } from "./expectation.ts"
import { type Foreseen, type Foresight, foreseeRecords, foreseeRows, foreseeView } from "./foreseen.ts"
import { LastRun } from "./last-run.ts"
import { keysWithModels } from "./model-links.ts"
import { type NodeRecord, viewsOf } from "./node-record.ts"
import { parseKey, recordDigests } from "./parse.ts"
import { onlyJudges } from "./program-node.ts"
import { headOf, intact, placeOf, recordKey } from "./record-key.ts"
import { type FrameBeside, Records } from "./records.ts"
import { earlierActions, leftOver } from "./reuse-list.ts"
import { type Outcome, type RowAction, rowKey, viewOf } from "./row-action.ts"
import { RowReuse } from "./row-reuse.ts"
import type { Survey } from "./survey.ts"

/** A partition before the run: there already, foreseen row by row, or unknown. */
type Part = { readonly view: View } | { readonly foreseen: Foreseen } | undefined

/** What is known of a node before the run. */
export interface Known {
  /** Its record, where it is a hit. */
  readonly record: NodeRecord | undefined
  /** Its partitions; absent where not even their number is known. */
  readonly parts: ReadonlyArray<Part> | undefined
}

export interface Plan {
  readonly nodes: ReadonlyArray<NodePlan>
  readonly lastRun: LastRun
  readonly known: ReadonlyMap<GraphNode, Known>
  readonly records: ReadonlyMap<GraphNode, Records>
  /** What earlier runs made of an edge's partitions, for the nodes that work on it row by row. */
  readonly outcomes: ReadonlyMap<Edge, ReadonlyArray<Outcome | undefined>>
  /** Of each partition of a source, the key of what it is parsed to, and that where it is there. */
  readonly parsed: ReadonlyMap<GraphNode, ReadonlyArray<ParsedPartition>>
  /** Seconds spent on listing, digesting and framing a source's files. */
  readonly reading: ReadonlyMap<GraphNode, number>
}

export interface ParsedPartition {
  readonly key: string
  readonly action: RowAction | undefined
}

/** Rows looked up one by one for a plan; beyond these the numbers stay open, for planning must stay quick. */
const lookedUpRows = 200_000

/** Plans a run. While damage is known of in the store, a result counts only where everything it names is there. */
export const makePlan = async (survey: Survey, beside?: FrameBeside): Promise<Plan> => {
  const planner = new Planner(survey, survey.store.away().length > 0, beside)
  const nodes: Array<NodePlan> = []
  for (const node of survey.graph.nodes) nodes.push(await planner.node(node))
  for (const file of [...survey.files.values()].flat()) if (file.read !== undefined) file.read.bytes = undefined
  const { lastRun, known, records, outcomes, parsed, reading } = planner
  const expected = withExpected(nodes, survey.store, survey.graph.pipeline, survey.compute, lastRun)
  return { nodes: expected, lastRun, known, records, outcomes, parsed, reading }
}

type Counts = Pick<NodePlan, "partitions" | "rows">

const unknown: Counts = { partitions: { hit: 0, run: 0 }, rows: { reusable: 0, new: 0, open: true } }

class Planner {
  readonly lastRun: LastRun
  readonly known = new Map<GraphNode, Known>()
  readonly records = new Map<GraphNode, Records>()
  readonly outcomes = new Map<Edge, ReadonlyArray<Outcome | undefined>>()
  readonly parsed = new Map<GraphNode, ReadonlyArray<ParsedPartition>>()
  readonly reading: Map<GraphNode, number>
  readonly #survey: Survey
  readonly #beside: FrameBeside | undefined
  readonly #found = new Map<GraphNode, NodeRecord>()
  readonly #causes: Causes
  readonly #distrust: boolean
  /** Nodes whose record names what is damaged or gone. */
  readonly #broken = new Set<GraphNode>()
  #lookedUp = 0

  constructor(survey: Survey, distrust: boolean, beside: FrameBeside | undefined) {
    this.#survey = survey
    this.#beside = beside
    this.#distrust = distrust
    this.lastRun = new LastRun(survey.store, survey.graph.pipeline, !distrust)
    this.#causes = new Causes(survey, this.#found, this.lastRun)
    this.reading = new Map(survey.listing)
  }

  async node(node: GraphNode): Promise<NodePlan> {
    const waiting = node.edges.filter((edge) => !this.#found.has(edge.node))
    const { impure } = this.#survey.code.get(node)!
    if (waiting.length === 0 && impure === undefined) {
      const record = this.#survey.store.action<NodeRecord>(recordKey(this.#survey, node, this.#found))
      if (record !== undefined) {
        if (!this.#distrust || intact(this.#survey.store, record)) return this.#hit(node, record)
        this.#broken.add(node)
      }
    }
    if (node.kind === "source") return this.#source(node)
    if (rowLocal.has(node.kind)) {
      const { parts, ...counts } = this.#rows(node, node.edges.find(({ input }) => input === "rows")!)
      this.known.set(node, { record: undefined, parts })
      return this.#plan(node, waiting, counts)
    }
    this.known.set(node, { record: undefined, parts: undefined })
    if (prepares(node)) return this.#plan(node, waiting, this.#prepared(node))
    if (waiting.length === 0 && onlyJudges(this.#survey, node, this.#found)) {
      const { new: read } = this.#whole(node, waiting)
      return this.#plan(node, waiting, { partitions: { hit: 1, run: 0 }, rows: { reusable: read, new: 0 } })
    }
    return this.#plan(node, waiting, { partitions: { hit: 0, run: 1 }, rows: this.#whole(node, waiting) })
  }

  #hit(node: GraphNode, record: NodeRecord): NodePlan {
    this.#found.set(node, record)
    this.known.set(node, { record, parts: undefined })
    return {
      name: node.name,
      kind: node.kind,
      verdict: "hit",
      because: ["unchanged", ...causeTexts(this.#accepted(node))],
      causes: this.#accepted(node),
      partitions: { hit: record.partitions, run: 0 },
      rows: { reusable: record.totals.in, new: 0 }
    }
  }

  #accepted(node: GraphNode): ReadonlyArray<Cause> {
    const acceptances = this.#survey.acceptances.get(node)!
    return acceptances.map(({ because, at, by }) => ({ cause: "equivalent", because, at, by }))
  }

  #plan(
    node: GraphNode,
    waiting: ReadonlyArray<Edge>,
    counts: Counts,
    more: { readonly records?: Records; readonly causes?: ReadonlyArray<Cause> } = {}
  ): NodePlan {
    const causes: Array<Cause> = this.#broken.has(node)
      ? [{ cause: "damaged" }]
      : [...this.#causes.of(node, waiting, more.records), ...(more.causes ?? [])]
    if (causes.length === 0 && waiting.length === 0) causes.push({ cause: "gone" })
    const own = causes.length > 0
    causes.push(...this.#accepted(node))
    if (waiting.length > 0) causes.push({ cause: "waits", for: [...new Set(waiting.map((edge) => edge.node.name))] })
    const verdict = waiting.length > 0 && !own ? "may-run" : "run"
    return { name: node.name, kind: node.kind, verdict, because: causeTexts(causes), causes, ...counts }
  }

  /** Undefined where a model that the node asks is not known to be there. */
  #keys(node: GraphNode): NodeKeys | undefined {
    return keysWithModels(node, this.#survey.keys.get(node)!, this.#found)
  }

  /** Earlier rows of a function; undefined where there are too many to look them up in a plan. */
  #reuse(node: GraphNode, edge: Edge | undefined, taken: ReadonlyMap<string, number>): RowReuse | undefined {
    const { store } = this.#survey
    if (this.#lookedUp > lookedUpRows) return undefined
    const { row } = this.#keys(node)!
    const reuse = new RowReuse(store, leftOver(earlierActions(store, row, placeOf(this.#survey, node, edge)), taken))
    this.#lookedUp += reuse.size
    return reuse
  }

  async #source(node: GraphNode): Promise<NodePlan> {
    const { store } = this.#survey
    const began = performance.now()
    const keys = this.#survey.keys.get(node)!
    const frameKey = keyOf([epochsOf("ingest"), hashOf(this.#survey.code.get(node)!, "frame"), node.keyed])
    const records = await Records.of(node, frameKey, this.#survey.files.get(node)!, store, this.#beside)
    this.reading.set(node, (this.reading.get(node) ?? 0) + (performance.now() - began) / 1000)
    this.records.set(node, records)
    const paths = records.files.map(({ path }) => path)
    const parsed = records.partitions.map((part) => {
      const key = parseKey(node, keys, { ...part, paths })
      return { key, action: this.lastRun.parsed(node, keys, key) }
    })
    this.parsed.set(node, parsed)
    const views = parsed.map(({ action }) => action && viewOf(action))
    const taken = new Map(parsed.flatMap(({ key, action }) => (action === undefined ? [] : [[key, 1]])))
    const reuse = this.#reuse(node, undefined, taken)
    let rows = { reusable: 0, new: 0 }
    const parts = records.partitions.map((part, index): Part => {
      const view = views[index]
      if (view !== undefined) {
        rows = { ...rows, reusable: rows.reusable + part.count }
        return { view }
      }
      const digests = recordDigests(node.declaration as SourceDeclaration, { ...part, paths })
      const { reused, computed, next } = foreseeRecords(store, digests, part.count, reuse ?? new RowReuse(store, []))
      rows = { reusable: rows.reusable + reused, new: rows.new + computed }
      return next === undefined ? undefined : { foreseen: next }
    })
    this.known.set(node, { record: undefined, parts })
    const run = views.filter((view) => view === undefined).length
    const cause: Cause = { cause: "partitions", new: run, of: views.length, rows: rows.new }
    const counts = { partitions: { hit: views.length - run, run }, rows }
    return this.#plan(node, [], counts, { records, causes: [cause] })
  }

  /** What a row function would do on what an edge delivers. */
  #rows(node: GraphNode, edge: Edge): Counts & { readonly parts: ReadonlyArray<Part> | undefined } {
    const { store } = this.#survey
    const keys = this.#keys(node)
    if (keys === undefined) return { ...unknown, parts: undefined }
    const above = this.known.get(edge.node)!
    const inputs: ReadonlyArray<Part> | undefined =
      above.record === undefined
        ? edge.part === undefined
          ? above.parts
          : undefined
        : viewsOf(store, headOf(edge, above.record)).map((view) => ({ view }))
    if (inputs === undefined) return { ...unknown, parts: undefined }
    const outcomes = inputs.map((part) =>
      part !== undefined && "view" in part ? this.lastRun.lookUp(node, edge, keys, part.view) : undefined
    )
    this.outcomes.set(edge, outcomes)
    const taken = new Map<string, number>()
    for (const outcome of outcomes)
      if (outcome !== undefined) taken.set(outcome.reuseKey, (taken.get(outcome.reuseKey) ?? 0) + 1)
    let reuse: RowReuse | undefined
    let [reusable, fresh, open, atMost] = [0, 0, false, false]
    const parts = inputs.map((part, index): Part => {
      const outcome = outcomes[index]
      if (outcome !== undefined) {
        reusable += outcome.reused
        return { view: outcome.view }
      }
      if (part === undefined) {
        open = true
        return undefined
      }
      if ("view" in part && store.action(rowKey(node, keys, part.view)) !== undefined) {
        reusable += part.view.rows
        return undefined
      }
      reuse ??= this.#reuse(node, edge, taken)
      const foresight = this.#foresee(node, part, reuse)
      reusable += foresight?.reused ?? 0
      fresh += foresight?.computed ?? 0
      open ||= foresight?.open ?? true
      atMost ||= foresight?.atMost ?? false
      return foresight?.next === undefined ? undefined : { foreseen: foresight.next }
    })
    const hit = outcomes.filter((outcome) => outcome !== undefined).length
    return {
      partitions: { hit, run: inputs.length - hit },
      rows: { reusable, new: fresh, ...(open ? { open } : atMost ? { atMost } : {}) },
      parts
    }
  }

  #foresee(node: GraphNode, part: NonNullable<Part>, reuse: RowReuse | undefined): Foresight | undefined {
    const { store } = this.#survey
    const rows = "view" in part ? foreseeView(store, part.view) : part.foreseen
    if (reuse === undefined) return undefined
    this.#lookedUp += rows.rows
    return foreseeRows(store, node, this.#keys(node)!, rows, reuse)
  }

  /** What the prepare of a select would do on all its inputs. */
  #prepared(node: GraphNode): Counts {
    const all = rowEdges(node).map((edge) => this.#rows(node, edge))
    const sum = (of: (counts: Counts) => number) => all.reduce((total, counts) => total + of(counts), 0)
    const open = all.some(({ rows }) => rows.open === true)
    // Inputs may share rows, which are then prepared for one of them only.
    const shared = all.filter(({ rows }) => rows.new > 0).length > 1
    const atMost = shared || all.some(({ rows }) => rows.atMost === true)
    return {
      partitions: { hit: sum(({ partitions }) => partitions.hit), run: sum(({ partitions }) => partitions.run) },
      rows: {
        reusable: sum(({ rows }) => rows.reusable),
        new: sum(({ rows }) => rows.new),
        ...(open ? { open } : atMost ? { atMost } : {})
      }
    }
  }

  /** The rows that a whole-dataset node reads; a select without a prepare computes none. */
  #whole(node: GraphNode, waiting: ReadonlyArray<Edge>): NodePlan["rows"] {
    if (node.kind === "select") return { reusable: 0, new: 0 }
    const heads = node.edges.flatMap((edge) => {
      const record = this.#found.get(edge.node)
      return record === undefined || record.folder !== undefined ? [] : [headOf(edge, record)]
    })
    const total = heads.reduce((sum, head) => sum + head.content.rows, 0)
    const open = waiting.some(({ node: { emits } }) => emits === "dataset")
    return { reusable: 0, new: total, ...(open ? { open } : {}) }
  }
}
