// Why a node runs: what differs between the state it is in now and the result it gave in the last finished run.
import { edgeLabel, headOf, ingredientsOf } from "./record-key.ts"
import type { Edge, GraphNode } from "../graph/graph.ts"
import { type Cause, explainChange, type NodeIngredients, type RowChanges } from "../graph/plan.ts"
import type { SourceDeclaration } from "../stage/declaration.ts"
import { unlessDamaged } from "../store/damage.ts"
import type { Store } from "../store/store.ts"
import { compareDatasets } from "../table/compare.ts"
import { sameJson } from "../table/digest.ts"
import { hashesByRole } from "./accepted-code.ts"
import { FileRecords, fileChanges, type RecordDigests, recordsOf } from "./file-changes.ts"
import { LastRun } from "./last-run.ts"
import { type NodeRecord, viewsOf } from "./node-record.ts"
import { recordDigests } from "./parse.ts"
import type { Records } from "./records.ts"
import type { Survey } from "./survey.ts"

/** Rows of an input above which its changes are not counted: planning must stay quick. */
const countedRows = 200_000

export class Causes {
  readonly #survey: Survey
  readonly #lastRun: LastRun
  readonly #found: ReadonlyMap<GraphNode, NodeRecord>

  /** `found` holds the records of the nodes that are hits. */
  constructor(
    survey: Survey,
    found: ReadonlyMap<GraphNode, NodeRecord>,
    lastRun = new LastRun(survey.store, survey.graph.pipeline)
  ) {
    this.#survey = survey
    this.#lastRun = lastRun
    this.#found = found
  }

  /** A node's record in the last finished run. */
  last(node: string): NodeRecord | undefined {
    return this.#lastRun.record(node)
  }

  /** What changed in a node itself or in inputs that are known already. */
  of(node: GraphNode, waiting: ReadonlyArray<Edge>, records?: Records): ReadonlyArray<Cause> {
    const { impure } = this.#survey.code.get(node)!
    if (impure !== undefined) return [{ cause: "impure", why: impure }]
    const last = this.last(node.name)
    if (last === undefined) return [{ cause: "new" }]
    const { store } = this.#survey
    const now = ingredientsOf(this.#survey, node, this.#found)
    const code = codeBehind(store, last)
    const causes = code === undefined ? [] : [...this.#changes(node, { ...last.ingredients, code }, now)]
    if (last.totals.failed > 0) causes.push({ cause: "failed", rows: last.totals.failed })
    if (node.kind === "source")
      causes.push(
        ...fileChanges(last.ingredients.inputs, now.inputs, recordsOf(store, last), recordsNow(node, records))
      )
    else if (waiting.length === 0) for (const edge of node.edges) causes.push(...this.#input(last, now, edge))
    if (causes.length === 0 && last.ingredients.declared !== undefined && last.ingredients.declared !== now.declared)
      causes.push({ cause: "declaration" })
    return causes
  }

  /** Options, code and runtime; where the code is as it was and no longer accepted to be the same, that is the cause. */
  #changes(node: GraphNode, before: NodeIngredients, now: NodeIngredients): ReadonlyArray<Cause> {
    const causes = explainChange(before, now)
    if (!causes.some(({ cause }) => cause === "code")) return causes
    const [old, written] = [before.code, now.code].map(hashesByRole)
    const revoked = this.#survey.accepted.filter(
      (acceptance) =>
        acceptance.revoked !== undefined &&
        acceptance.stage === node.declaration.name &&
        acceptance.functions.some((pair) =>
          old!.some((hashes, role) => sameJson(pair.before, hashes) && sameJson(pair.after, written![role]!))
        )
    )
    if (revoked.length === 0) return causes
    const code = Object.fromEntries(
      Object.entries(before.code).map(([name, record]) => {
        const same = now.code[name]
        return [name, same !== undefined && sameJson(record.symbols, same.symbols) ? same : record]
      })
    )
    return [
      ...revoked.map(({ because, revoked: by }): Cause => ({ cause: "revoked", because, at: by!.at, by: by!.by })),
      ...explainChange({ ...before, code }, now)
    ]
  }

  #input(last: NodeRecord, now: NodeIngredients, edge: Edge): ReadonlyArray<Cause> {
    const input = edgeLabel(edge)
    const before = last.ingredients.inputs[input]
    if (before === undefined) return [{ cause: "input", input, change: "new" }]
    if (before === now.inputs[input]) return []
    const rows = this.#rows(edge)
    return [{ cause: "input", input, change: "changed", ...(rows === undefined ? {} : { rows }) }]
  }

  /** How the rows that an edge delivers differ from those of the last finished run. */
  #rows(edge: Edge): RowChanges | undefined {
    const [before, after] = [this.last(edge.node.name), this.#found.get(edge.node)]
    if (before === undefined || after === undefined || after.folder !== undefined) return undefined
    const [old, now] = [before.datasets[edge.part ?? ""], headOf(edge, after)]
    if (old === undefined || old.content.rows + now.content.rows > countedRows) return undefined
    const columns = Object.keys(now.content.columns).filter((name) => name in old.content.columns)
    const { store } = this.#survey
    return unlessDamaged(() => {
      const { inserted, changed, deleted } = compareDatasets(store, viewsOf(store, old), viewsOf(store, now), columns)
      return { inserted: inserted.length, changed: changed.length, deleted: deleted.length }
    }, undefined)
  }
}

/** The functions behind an earlier result; one that cannot be read any more is no reason to fail. */
export const codeBehind = (store: Store, record: NodeRecord): NodeIngredients["code"] | undefined =>
  unlessDamaged(() => JSON.parse(Buffer.from(store.get(record.ingredients.code)).toString()), undefined)

/** The records of a source's files as they are now. */
const recordsNow =
  (node: GraphNode, records: Records | undefined): RecordDigests =>
  (wanted) => {
    if (records === undefined || wanted.size === 0) return new Map()
    const paths = records.files.map(({ path }) => path)
    const found = new FileRecords(paths, wanted)
    for (const part of records.partitions) {
      if (!part.files.some((file) => wanted.has(paths[file]!))) continue
      const digests = recordDigests(node.declaration as SourceDeclaration, { ...part, paths })
      found.add(digests, part.count, (row) => part.files[row]!)
    }
    return found.byPath()
  }
