// What the data is a mixture of, before the pipeline and in its outputs: languages, and the files or hosts it comes from.
import { climb } from "../lineage/climb.ts"
import type { PastRun } from "../lineage/past-run.ts"
import { readSourceFiles } from "../lineage/source-files.ts"
import type { ScoreColumn } from "../lineage/score-columns.ts"
import { valueAt } from "../table/column.ts"
import { Partition } from "../table/view.ts"

export interface MixGroup {
  /** Null for what the named groups leave over. */
  readonly name: string | null
  readonly before: number
  /** Rows of each output, in the order of `outputs`. */
  readonly after: ReadonlyArray<number>
}

export interface Mix {
  readonly of: "language" | "file" | "folder" | "host"
  /** Where the rows before were counted. */
  readonly node: string
  readonly before: number
  readonly outputs: ReadonlyArray<{ readonly name: string; readonly rows: number }>
  readonly groups: ReadonlyArray<MixGroup>
  /** How many groups are not named. */
  readonly others: number
}

const groupsNamed = 12
const outputsShown = 4
const nameShown = 80

/** A name for every row of a node's input, or of a source. */
interface Labels {
  readonly of: Mix["of"]
  readonly node: string
  readonly names: ReadonlyArray<string>
  readonly label: Int32Array
  /** The row with an id; −1 where there is none. */
  readonly row: (id: string) => number
}

/** A filter that tells languages, with what it found. */
export interface LanguageScores {
  readonly node: string
  readonly score: ScoreColumn
}

/** The mixtures of a run's datasets. */
export const readMixes = async (past: PastRun, language: LanguageScores | undefined): Promise<ReadonlyArray<Mix>> => {
  const labels: Array<Labels> = language === undefined ? [] : [languageLabels(past, language)]
  for (const source of past.nodes.filter((node) => past.record(node).kind === "source")) {
    const files = fileLabels(past, source)
    if (files.names.length > 1) labels.push(files)
    const hosts = await hostLabels(past, source)
    if (hosts !== undefined && hosts.names.length > 1) labels.push(hosts)
  }
  const outputs = Object.entries(past.ref.outputs)
    .filter(([, { kind, rows }]) => kind === "dataset" && rows !== undefined && rows > 0)
    .slice(0, outputsShown)
  const counts = labels.map(() => new Map<string, Float64Array>())
  for (const [name, { node, part }] of outputs)
    for (const passage of climb(past, node, part))
      labels.forEach((one, at) => {
        if (one.node === passage.node) add(counts[at]!, name, one, passage.ids)
      })
  return labels.flatMap((one, at) => (counts[at]!.size === 0 ? [] : [mixOf(one, counts[at]!)]))
}

const add = (
  counts: Map<string, Float64Array>,
  output: string,
  { names, label, row }: Labels,
  ids: ReadonlyArray<string>
) => {
  const sums = counts.get(output) ?? new Float64Array(names.length)
  counts.set(output, sums)
  for (const id of ids) {
    const at = row(id)
    if (at >= 0) sums[label[at]!]!++
  }
}

const mixOf = ({ of, node, names, label }: Labels, counts: ReadonlyMap<string, Float64Array>): Mix => {
  const before = new Float64Array(names.length)
  for (const at of label) before[at]!++
  const all = names.map((name, at) => ({
    name: name.slice(0, nameShown),
    before: before[at]!,
    after: [...counts.values()].map((sums) => sums[at]!)
  }))
  all.sort((a, b) => b.before - a.before || (a.name < b.name ? -1 : 1))
  const rest = all.slice(groupsNamed)
  const left: MixGroup = {
    name: null,
    before: rest.reduce((sum, one) => sum + one.before, 0),
    after: [...counts.keys()].map((_, at) => rest.reduce((sum, one) => sum + one.after[at]!, 0))
  }
  return {
    of,
    node,
    before: label.length,
    outputs: [...counts].map(([name, sums]) => ({ name, rows: sums.reduce((sum, one) => sum + one, 0) })),
    groups: rest.length === 0 ? all : [...all.slice(0, groupsNamed), left],
    others: rest.length
  }
}

const languageLabels = (past: PastRun, { node, score: { column } }: LanguageScores): Labels => {
  const input = past.input(past.main(node)!)
  const { names, label } = numbered(input.rows, (row) => String(valueAt(column, row) ?? "") || "none told")
  return { of: "language", node, names, label, row: (id) => input.row(id) }
}

/** Different names, and by row which of them it has. */
const numbered = (rows: number, nameOf: (row: number) => string): Pick<Labels, "names" | "label"> => {
  const places = new Map<string, number>()
  const label = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const name = nameOf(row)
    const place = places.get(name) ?? places.size
    places.set(name, place)
    label[row] = place
  }
  return { names: [...places.keys()], label }
}

/** By file where there are few, else by the deepest folders that are few but more than one. */
const fileLabels = (past: PastRun, source: string): Labels => {
  const { paths, file } = readSourceFiles(past, source)
  const row = (id: string) => past.table(source).row(id)
  if (paths.length <= groupsNamed) return { of: "file", node: source, names: paths, label: file, row }
  const depth = Math.max(0, ...paths.map((path) => path.split("/").length - 1))
  const foldersAt = (level: number) =>
    paths.map((path) => path.split("/").slice(0, -1).slice(0, level).join("/") || ".")
  let level = 1
  const groups = (at: number) => new Set(foldersAt(at)).size
  while (level < depth && (groups(level) === 1 || groups(level + 1) <= groupsNamed)) level++
  const folders = foldersAt(level)
  return { of: "folder", node: source, ...numbered(file.length, (at) => folders[file[at]!]!), row }
}

const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]+)/i

/** By host of the column `url`, where the source has one. */
const hostLabels = async (past: PastRun, source: string): Promise<Labels | undefined> => {
  const table = past.table(source)
  if (table.views.find(({ rows }) => rows > 0)?.columns.url?.field.type !== "text") return undefined
  const hosts: Array<string> = []
  for (const view of table.views) {
    if (view.rows === 0) continue
    const { url } = await new Partition(view, past.store).columns(["url"])
    for (let row = 0; row < view.rows; row++)
      hosts.push(host.exec(String(valueAt(url!, row) ?? ""))?.[1]?.toLowerCase() ?? "no host")
  }
  return { of: "host", node: source, ...numbered(hosts.length, (row) => hosts[row]!), row: (id) => table.row(id) }
}
