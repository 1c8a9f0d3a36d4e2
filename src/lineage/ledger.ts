// Which rows a program used and which it skipped: the ledgers of models and reports.
import type { NodeRecord } from "../run/node-record.ts"
import type { PastRun } from "./past-run.ts"

/** What a program said of the rows of each of its inputs: used, or skipped for a reason. */
export interface Ledger {
  readonly entries: ReadonlyArray<{
    readonly input: string
    readonly used: ReadonlySet<string>
    readonly skipped: ReadonlyMap<string, string>
  }>
}

/** A model or report that rows went into; `through` names the node whose result carried them, where not directly. */
export type Use = {
  readonly node: string
  /** How many of the rows asked about it used itself. */
  readonly rows: number
  readonly through?: string
} & ({ readonly model: string } | { readonly report: string })

interface Stored {
  readonly used: { readonly [input: string]: ReadonlyArray<string> }
  readonly skipped: ReadonlyArray<readonly [input: string, id: string, reason: string]>
}

/** The ledgers of a run's programs, each read once. */
export class Ledgers {
  readonly #past: PastRun
  readonly #read = new Map<string, Ledger | undefined>()

  constructor(past: PastRun) {
    this.#past = past
  }

  /** The ledger of a program's result; undefined for other nodes. */
  of(node: string): Ledger | undefined {
    if (!this.#read.has(node)) this.#read.set(node, this.#load(node))
    return this.#read.get(node)
  }

  #load(node: string): Ledger | undefined {
    const { folder } = this.#past.record(node)
    if (folder === undefined) return undefined
    const { used, skipped } = JSON.parse(Buffer.from(this.#past.store.get(folder.ledger)).toString()) as Stored
    const inputs = new Set([...Object.keys(used), ...skipped.map(([input]) => input)])
    const entries = [...inputs].map((input) => ({
      input,
      used: new Set(used[input]),
      skipped: new Map(skipped.flatMap(([one, id, reason]) => (one === input ? [[id, reason] as const] : [])))
    }))
    return { entries }
  }
}

/** The models and reports that used some rows, and those made from these models and reports. */
export const usesOf = (past: PastRun, ledgers: Ledgers, ids: ReadonlySet<string>): ReadonlyArray<Use> => {
  const uses: Array<Use> = []
  const users = new Set<string>()
  for (const node of past.nodes) {
    const ledger = ledgers.of(node)
    if (ledger === undefined) continue
    let rows = 0
    for (const { used } of ledger.entries) for (const id of used) if (ids.has(id)) rows++
    const through = past.edges(node).find((edge) => users.has(edge.node))?.node
    if (rows === 0 && through === undefined) continue
    users.add(node)
    uses.push({ ...named(past, node, past.record(node)), node, rows, ...(rows > 0 ? {} : { through: through! }) })
  }
  return uses
}

/** A result by the name of the output that shows it, else by its node's. */
const named = (past: PastRun, node: string, record: NodeRecord): { model: string } | { report: string } => {
  const output = Object.entries(past.ref.outputs).find(([, one]) => one.node === node)
  const name = output?.[0] ?? node
  const report =
    output === undefined ? record.folder?.files.some(({ path }) => path === "report.json") : output[1].kind === "report"
  return report === true ? { report: name } : { model: name }
}
