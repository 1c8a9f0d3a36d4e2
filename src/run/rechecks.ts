// New code is tried for memory between rows: once for each function, on a sample, in a thread of its own.
import { hashOf } from "../graph/code.ts"
import type { NodeKeys } from "../graph/key.ts"
import type { GraphNode } from "../graph/graph.ts"
import { keyOf } from "../table/digest.ts"
import type { View } from "../table/view.ts"
import { prepares } from "./chain.ts"
import { notRowLocal, notTheSameAgain } from "./chain-error.ts"
import type { Execution } from "./execution.ts"
import type { GatherProbe } from "./gather-probe.ts"
import type { ParseInput } from "./parse.ts"
import type { ResolveProbe } from "./resolve-probe.ts"
import { type RecheckSample, sampleRows } from "./task.ts"

/** What is to be tried of a node. */
interface Trial {
  readonly node: GraphNode
  readonly keys: NodeKeys
  readonly samples: Array<RecheckSample>
  rows: number
}

export class Rechecks {
  readonly #execution: Execution
  readonly #running: Array<Promise<void>> = []
  /** Undefined once it is being tried, or needs no trial. */
  readonly #trials = new Map<GraphNode, Trial | undefined>()

  constructor(execution: Execution) {
    this.#execution = execution
  }

  /** Whether the node's code is to be tried: not where it was tried before, or says that it is impure. */
  wants(node: GraphNode, keys: NodeKeys): boolean {
    if (!this.#trials.has(node)) {
      const { store } = this.#execution.survey
      const known = node.declaration.impure !== undefined || store.hasAction(this.#triedKey(node, keys))
      this.#trials.set(node, known ? undefined : { node, keys, samples: [], rows: 0 })
    }
    return this.#trials.get(node) !== undefined
  }

  /**
   * Where it is noted that a node's code was tried: that which decides, too, where that is apart from what measures; which
   * thresholds it decides by makes no new code.
   */
  #triedKey(node: GraphNode, { row, whole }: NodeKeys): string {
    if (node.declaration.kind === "filter" && node.declaration.measures !== undefined)
      return keyOf(["tried", row, hashOf(this.#execution.survey.code.get(node)!, "decide")])
    return keyOf(["tried", prepares(node) ? row : whole])
  }

  /** Takes what a node made of a view into the sample. */
  rows(node: GraphNode, keys: NodeKeys, view: View, key: string) {
    if (view.rows > 0 && this.wants(node, keys)) this.#add(node, { view, made: [key] }, view.rows)
  }

  /** Takes what a source made of records into the sample. */
  records(node: GraphNode, keys: NodeKeys, records: ParseInput, key: string) {
    if (this.wants(node, keys)) this.#add(node, { records, made: [key] }, records.files.length)
  }

  /** Takes what a gather made of groups for the sample. */
  groups(node: GraphNode, groups: GatherProbe, made: ReadonlyArray<string>) {
    this.#add(node, { groups, made }, sampleRows)
  }

  /** Tries code that decides on whole tables for the first time; rejects where it decides otherwise. */
  async resolve(node: GraphNode, keys: NodeKeys, probe: ResolveProbe): Promise<void> {
    const { store, code } = this.#execution.survey
    const functions = hashOf(code.get(node)!, "prepare", "prepareBatch", "resolve")
    const tried = keyOf(["tried", functions])
    if (node.declaration.impure !== undefined || functions.length === 0 || store.hasAction(tried)) return
    // What prepare leaves behind is to be there as well.
    const prepared = probe.tables.flatMap(({ partitions }) =>
      partitions.slice(0, 1).flatMap(({ view, prepared: key }) => (key === "" ? [] : [{ view, made: [key] as const }]))
    )
    const differs = await this.#differing(node, keys, [...prepared, probe], tried, probe.made)
    if (differs.length > 0) throw notTheSameAgain(node, differs)
  }

  /** Has samples made again; notes that this was done, or takes away the results that did not come out alike. */
  async #differing(
    node: GraphNode,
    keys: NodeKeys,
    samples: ReadonlyArray<RecheckSample>,
    tried: string,
    made: ReadonlyArray<string>
  ): Promise<ReadonlyArray<string>> {
    const { store } = this.#execution.survey
    const models = this.#execution.models(node)
    const { differs } = await this.#execution.recheck({ kind: "recheck", node: node.name, keys, samples, models })
    if (differs.length === 0) store.putAction(tried, {})
    else for (const key of made) store.removeAction(key)
    return differs
  }

  #add(node: GraphNode, sample: RecheckSample, rows: number) {
    const trial = this.#trials.get(node)!
    trial.samples.push(sample)
    trial.rows += rows
    if (trial.rows >= sampleRows) this.#begin(trial)
  }

  #begin({ node, keys, samples }: Trial) {
    this.#trials.set(node, undefined)
    const made = samples.flatMap((sample) => sample.made)
    const tried = this.#differing(node, keys, samples, this.#triedKey(node, keys), made).then((differs) => {
      if (differs.length > 0) throw notRowLocal(node, differs)
    })
    // Where the chain fails first, nobody asks for this failure any more.
    tried.catch(() => {})
    this.#running.push(tried)
  }

  /** Rejects where a node gave something else for the same row. */
  async settled(): Promise<void> {
    for (const trial of this.#trials.values()) if (trial !== undefined && trial.samples.length > 0) this.#begin(trial)
    await Promise.all(this.#running)
  }
}
