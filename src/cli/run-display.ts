// What a run shows while it goes: a few lines redrawn in place on a terminal, else a line per finished node.
import type { NodePlan } from "../graph/plan.ts"
import type { NodeSummary, RunEvent } from "../run/journal.ts"
import { callsText } from "./print-calls.ts"
import { count, plural, seconds, shorten, terminal, topCounts } from "./print.ts"
import { printPlan } from "./print-plan.ts"

interface Active {
  readonly node: string
  readonly began: number
  readonly partitions: number
  expected: number
  finished: number
  in: number
  kept: number
  dropped: number
  share: number
  text: string
}

/** Time between two drawings: at most ten a second. */
const drawEveryMs = 100

export class RunDisplay {
  readonly #pipeline: string
  readonly #out = terminal(process.stdout)
  readonly #live = terminal(process.stderr)
  readonly #active = new Map<string, Active>()
  #drawn = 0
  #timer: NodeJS.Timeout | undefined
  /** True where the plan said that nothing has to run. */
  idle = false

  constructor(pipeline: string) {
    this.#pipeline = pipeline
  }

  planned(plan: ReadonlyArray<NodePlan>) {
    this.idle = plan.every(({ verdict }) => verdict === "hit")
    if (this.idle) return
    printPlan(this.#out, this.#pipeline, plan)
    this.#out.line()
    if (this.#live.tty) this.#timer = setInterval(() => this.#draw(), drawEveryMs)
  }

  event(event: RunEvent) {
    switch (event.event) {
      case "node-started":
        this.#start(event)
        break
      case "partition":
        this.#partition(event)
        break
      case "progress": {
        const active = this.#active.get(event.node)
        if (active === undefined) break
        active.share = event.total > 0 ? event.done / event.total : 0
        active.text = event.text ?? `${count(event.done)} of ${count(event.total)}`
        break
      }
      case "calls": {
        const active = this.#active.get(event.node)
        if (active !== undefined) active.text = callsText(event.calls)
        break
      }
      case "metric": {
        const active = this.#active.get(event.node)
        if (active !== undefined && event.step !== undefined)
          active.text = `step ${count(event.step)}, ${event.name} ${Number(event.value.toPrecision(4))}`
        break
      }
      case "waiting":
        this.#above(
          `… ${event.node} waits for run ${event.holder.run} (process ${event.holder.pid} on ${event.holder.host})`
        )
        break
      case "warning":
        this.#above(`! ${event.text}`)
        break
      case "node-finished":
        this.#active.delete(event.name)
        if ((event.verdict === "run" || event.by !== undefined) && !this.idle) this.#above(finishedLine(event))
        break
    }
  }

  #start(event: Extract<RunEvent, { readonly event: "node-started" }>) {
    const { node, partitions, rows } = event
    this.#active.set(node, {
      node,
      began: Date.now(),
      partitions,
      expected: rows,
      finished: 0,
      in: 0,
      kept: 0,
      dropped: 0,
      share: 0,
      text: ""
    })
  }

  #partition(event: Extract<RunEvent, { readonly event: "partition" }>) {
    const active = this.#active.get(event.node)
    if (active === undefined) return
    active.finished++
    active.in += event.in
    active.kept += event.kept
    active.dropped += event.dropped
    active.share = active.partitions > 0 ? active.finished / active.partitions : 0
  }

  /** A line that stays, above those that are redrawn. */
  #above(line: string) {
    this.#erase()
    if (this.#live.tty) process.stderr.write(`${shorten(line, this.#live.width - 1)}\n`)
    else this.#out.line(line)
  }

  #erase() {
    if (this.#drawn > 0) process.stderr.write(`\u001b[${this.#drawn}A\r\u001b[J`)
    this.#drawn = 0
  }

  #draw() {
    this.#erase()
    const width = (process.stderr.columns ?? 80) - 1
    const most = Math.max(1, (process.stderr.rows ?? 24) - 3)
    const begun = [...this.#active.values()].filter(
      ({ finished, in: rows, expected, text }) => finished + rows + expected > 0 || text !== ""
    )
    const lines = begun.slice(0, most).map((active) => shorten(activeLine(active, Date.now()), width))
    if (begun.length > most) lines[most - 1] = shorten(`  … ${begun.length - most + 1} more`, width)
    process.stderr.write(lines.map((line) => `${line}\n`).join(""))
    this.#drawn = lines.length
  }

  close() {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#erase()
  }
}

const activeLine = (active: Active, now: number): string => {
  const spent = (now - active.began) / 1000
  const parts: Array<string> = [`▸ ${active.node}`]
  if (active.share > 0) parts.push(`${Math.floor(active.share * 100)} %`)
  if (active.in > 0) {
    parts.push(`${count(active.in)} in`, `${count(active.kept)} out`)
    if (active.dropped > 0) parts.push(`${count(active.dropped)} dropped`)
    if (spent > 0.5) parts.push(`${count(Math.round(active.in / spent))} rows/s`)
  } else if (active.expected > 0 && active.text === "") parts.push(plural(active.expected, "row"))
  if (active.text !== "") parts.push(active.text)
  if (active.share > 0.02 && active.share < 1 && spent > 1)
    parts.push(`${seconds((spent / active.share) * (1 - active.share))} left`)
  else parts.push(seconds(spent))
  return parts.join(" · ")
}

const finishedLine = ({ name, rows, reasons, passed, by, calls, seconds: spent }: NodeSummary): string => {
  const parts = [`${passed === false ? "✗" : "✓"} ${name}`]
  if (passed !== undefined) parts.push(passed ? "passed" : "not passed")
  if (rows.in + rows.out > 0) parts.push(`${count(rows.in)} in`, `${count(rows.out)} out`)
  if (rows.reused > 0) parts.push(`${count(rows.computed)} computed, ${count(rows.reused)} reused`)
  if (rows.failed > 0) parts.push(`${count(rows.failed)} failed`)
  if (calls !== undefined) parts.push(callsText(calls))
  if (Object.keys(reasons).length > 0) parts.push(topCounts(reasons))
  return [...parts, by === undefined ? seconds(spent) : `made by run ${by} meanwhile`].join(" · ")
}
