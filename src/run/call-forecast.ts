// What calls of models a run is expected to make and to pay: from what earlier runs asked a row, and from the tokens of cells.
import { join } from "node:path"
import type { GraphNode } from "../graph/graph.ts"
import type { NodePlan, PlannedCalls, Range } from "../graph/plan.ts"
import { CellStore } from "../store/cell-store.ts"
import { listed } from "../store/folder.ts"
import type { Store } from "../store/store.ts"
import { calledModel, cellOf } from "./call-request.ts"
import { earlierWork, sumOf } from "./expectation.ts"
import type { CallSum, NodeSummary } from "./journal.ts"
import { costOf, type Endpoints, type Tokens } from "./model-endpoint.ts"

/** Cells that are looked at for their tokens, the latest. */
const askedCells = 2000

/** How far off the tokens of a call may be that are told by few. */
const spread = 1.25

type Calling = NodeSummary & { readonly calls: CallSum }

/**
 * A plan with the calls of the nodes that may run. No row function is run for it, so which prompts come is not known: at
 * most each new row asks as often as rows did in earlier runs (once where none tells), at least nothing is bought, where
 * there are cells of the model at all.
 */
export const withCalls = (
  plans: ReadonlyArray<NodePlan>,
  nodes: ReadonlyArray<GraphNode>,
  store: Store,
  pipeline: string,
  endpoints: Endpoints
): ReadonlyArray<NodePlan> => {
  const models = new Map(
    nodes.flatMap((node) => {
      const model = calledModel(node)
      return model === undefined ? [] : [[node.name, model]]
    })
  )
  if (!plans.some(({ name, verdict }) => verdict !== "hit" && models.has(name))) return plans
  const work = earlierWork(store, pipeline)
  const cells = tokensOf(store)
  return plans.map((plan) => {
    const model = models.get(plan.name)
    if (plan.verdict === "hit" || model === undefined) return plan
    const samples = (work.get(plan.name) ?? []).filter((one): one is Calling => one.calls !== undefined)
    const calls = countOf(plan, samples, cells.has(model))
    if (calls === undefined) return plan
    const price = endpoints[model]?.price
    const tokens = priced(samples, cells.get(model))
    if (price === undefined || tokens.length === 0) return { ...plan, calls: { count: calls } }
    const costs = tokens.map((call) => costOf(price, call))
    const [least, most] = [Math.min(...costs) / spread, Math.max(...costs) * spread]
    return { ...plan, calls: { count: calls, money: [rounded(calls[0] * least), rounded(calls[1] * most)] } }
  })
}

const rounded = (money: number): number => Number(money.toPrecision(4))

/** The calls of a node that are bought; undefined where nothing tells how many rows come. */
const countOf = (plan: NodePlan, samples: ReadonlyArray<Calling>, hasCells: boolean): Range | undefined => {
  const { rows } = plan
  const most = rows.open ? Math.max(rows.new, ...samples.map((one) => one.rows.in)) : rows.new
  if (most === 0 && (rows.open ?? false)) return undefined
  const each = samples
    .filter((one) => one.rows.computed > 0)
    .map(({ calls, rows: { computed } }) => (calls.bought + calls.found) / computed)
  const [low, high] = each.length === 0 ? [1, 1] : [Math.min(...each), Math.max(...each)]
  const mayBeLess = hasCells || rows.open || rows.atMost || plan.verdict === "may-run"
  return [mayBeLess ? 0 : Math.floor(low * most), Math.ceil(high * most)]
}

/** What a call took: in each earlier run of the node that bought any, else in cells of the model. */
const priced = (samples: ReadonlyArray<Calling>, cells: Tokens | undefined): ReadonlyArray<Tokens> => {
  const own = samples
    .filter(({ calls }) => calls.bought > 0)
    .map(({ calls: { bought, input, output } }) => ({ input: input / bought, output: output / bought }))
  return own.length > 0 || cells === undefined ? own : [cells]
}

/** Tokens of the latest cells, by model. */
const tokensOf = (store: Store): ReadonlyMap<string, Tokens> => {
  const sums = new Map<string, { calls: number; input: number; output: number }>()
  if (listed(join(store.root, "cells")).length === 0) return sums
  const cells = new CellStore(store.root)
  cells.refresh()
  for (const bytes of cells.latest(askedCells)) {
    const { model, input, output } = cellOf(bytes)
    const sum = sums.get(model) ?? { calls: 0, input: 0, output: 0 }
    sums.set(model, { calls: sum.calls + 1, input: sum.input + input, output: sum.output + output })
  }
  void cells.dispose()
  return new Map(
    [...sums].map(([model, { calls, input, output }]) => [model, { input: input / calls, output: output / calls }])
  )
}

/** The calls of a plan's nodes together; no money where one of them has none. */
export const totalCalls = (plans: ReadonlyArray<NodePlan>): PlannedCalls | undefined => {
  const all = plans.flatMap(({ calls }) => calls ?? [])
  if (all.length === 0) return undefined
  const count = sumOf(all.map((one) => one.count))
  const money = all.flatMap((one) => (one.money === undefined ? [] : [one.money]))
  return money.length === all.length ? { count, money: sumOf(money) } : { count }
}
