// How many rows a run had to compute, worked out from the rows alone: those whose needed values the function never saw.
import type { NodeSummary } from "../../src/run/journal.ts"
import type { OutputRows } from "./engine.ts"
import type { CallSpec } from "./fixtures/build.ts"

interface Need {
  /** Which columns the function reads, and which of its options it sees. */
  readonly columns: ReadonlyArray<string>
  readonly options: ReadonlyArray<string>
}

const needs: { readonly [stage: string]: Need } = {
  lines: { columns: ["text"], options: ["path"] },
  placed: { columns: ["text", "note"], options: ["path"] },
  keyed: { columns: ["id", "text"], options: ["path"] },
  trim: { columns: ["text"], options: [] },
  mark: { columns: ["?on:text", "n"], options: ["mark"] },
  shout: { columns: ["?text:text"], options: [] },
  tag: { columns: ["tags", "note"], options: [] },
  long: { columns: ["text"], options: [] },
  without: { columns: ["text", "group"], options: ["letter"] },
  words: { columns: ["text"], options: ["most"] },
  distinct: { columns: ["?by:text"], options: [] },
  against: { columns: ["text"], options: ["letters"] },
  split: { columns: ["?by:group"], options: [] }
}

type Rows = { readonly [output: string]: OutputRows }
type Counts = ReadonlyMap<string, number>

const countOf = (values: ReadonlyArray<string>): Counts => {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** The columns by name; "?option:default" is the column that an option names. */
const columnNames = (call: CallSpec, need: Need): ReadonlyArray<string> =>
  need.columns.map((name) => {
    const [option, fallback] = name.slice(1).split(":")
    return name.startsWith("?") ? ((call.options[option!] as string | undefined) ?? fallback!) : name
  })

const valuesOf = (call: CallSpec, need: Need, rows: Rows): ReadonlyArray<string> => {
  const from = call.from.length === 0 ? [call.id] : call.stage === "against" ? call.from : call.from.slice(0, 1)
  return from.flatMap((output) => {
    const { ids, columns } = rows[output]!
    return ids.map((_, i) => JSON.stringify(columnNames(call, need).map((name) => columns[name]![i])))
  })
}

/** Follows a sequence of runs and tells for each node by how much its computed rows are off. */
export class RowOracle {
  /** By function, by node, what its rows were when it last ran. */
  readonly #last = new Map<string, Map<string, Counts>>()
  readonly #ever = new Map<string, Set<string>>()
  #missed = false

  /** A run failed, and its rows were not seen: what it computed before counts as new here, though it is not. */
  miss() {
    this.#missed = true
  }

  /** What is wrong with the counts of a run. */
  check(calls: ReadonlyArray<CallSpec>, rows: Rows, nodes: ReadonlyArray<NodeSummary>): ReadonlyArray<string> {
    const wrong: Array<string> = []
    const summed = new Map<string, { computed: number; unseen: Set<string> }>()
    const learnt: Array<() => void> = []
    for (const call of calls) {
      const need = needs[call.stage]
      if (need === undefined) continue
      const node = nodes.find(({ name }) => name === call.id)!
      const run = JSON.stringify([call.stage, need.options.map((name) => call.options[name] ?? null)])
      const last = this.#last.get(run) ?? new Map<string, Counts>()
      this.#last.set(run, last)
      const ever = this.#ever.get(run) ?? new Set()
      this.#ever.set(run, ever)
      const now = countOf(valuesOf(call, need, rows))
      const own = last.get(call.id)
      const seen = (value: string) => [...last.values()].some((counts) => counts.has(value))
      let most = 0
      for (const [value, count] of now) most += seen(value) ? Math.max(0, count - (own?.get(value) ?? 0)) : count
      const { computed } = node.rows
      if (computed > most) wrong.push(`${call.id} computed ${computed} rows where ${most} are enough`)
      const sum = summed.get(run) ?? { computed: 0, unseen: new Set() }
      sum.computed += computed
      for (const value of now.keys()) if (!ever.has(value)) sum.unseen.add(value)
      summed.set(run, sum)
      learnt.push(() => {
        last.set(call.id, now)
        for (const value of now.keys()) ever.add(value)
      })
    }
    for (const learn of learnt) learn()
    for (const [run, { computed, unseen }] of summed)
      if (computed < unseen.size && !this.#missed)
        wrong.push(`${run} computed ${computed} rows and met ${unseen.size} new values`)
    return wrong
  }
}
