// Whether a gather has a memory: some rows are given their keys again, and some groups applied again, in another order.
import type { GraphNode } from "../graph/graph.ts"
import type { GatherDeclaration } from "../stage/declaration.ts"
import type { Store } from "../store/store.ts"
import { contentOf, digestHex, keyOf } from "../table/digest.ts"
import { digestsOf, Partition, type View } from "../table/view.ts"
import {
  applyGroup,
  type Grouped,
  type GroupMade,
  groupKey,
  type RowPlace,
  type Ungrouped,
  ungrouped
} from "./group.ts"
import { columnsOf, fieldsOf } from "./row-function.ts"
import type { Try } from "./recheck.ts"
import { sampleRows } from "./task.ts"

/** What a gather made of a sample. */
export interface GatherProbe {
  readonly views: ReadonlyArray<View>
  readonly keys: ReadonlyArray<{ readonly place: RowPlace; readonly key: string }>
  /** Groups with their rows in order, and the digest of what they became. */
  readonly groups: ReadonlyArray<{
    readonly key: string
    readonly rows: ReadonlyArray<RowPlace>
    readonly made: string
  }>
}

/** Groups in a sample, and rows of all of them; where even the smallest group has more, only it is taken. */
const [mostGroups, mostRows] = [16, 2000]

const digestOfGroup = (node: GraphNode, made: GroupMade): string => {
  if (typeof made === "string") return keyOf(made)
  const fields = fieldsOf((node.declaration as GatherDeclaration).emits, node.name)
  return keyOf(Object.values(digestsOf(columnsOf(made, fields, node.name))).map((digests) => contentOf(digests)))
}

/** Collects the sample while groups are made. */
export class GatherSample {
  readonly #node: GraphNode
  readonly #made: Array<{ readonly key: string; readonly group: ReadonlyArray<Grouped>; readonly made: string }> = []

  constructor(node: GraphNode) {
    this.#node = node
  }

  /** Takes a group that was computed, if it is one of the smallest. */
  add(key: string, group: ReadonlyArray<Grouped>, made: GroupMade) {
    const largest = this.#made[mostGroups - 1]
    if (largest !== undefined && largest.group.length <= group.length) return
    const at = this.#made.findIndex((one) => one.group.length > group.length)
    this.#made.splice(at < 0 ? this.#made.length : at, 0, { key, group, made: digestOfGroup(this.#node, made) })
    this.#made.length = Math.min(this.#made.length, mostGroups)
  }

  probe(views: ReadonlyArray<View>, entries: ReadonlyArray<Grouped>): GatherProbe {
    const step = Math.max(1, Math.ceil(entries.length / sampleRows))
    const keys = entries.filter((_, i) => i % step === 0).map(({ place, key }) => ({ place, key }))
    const groups: Array<GatherProbe["groups"][number]> = []
    let rows = 0
    for (const { key, group, made } of this.#made) {
      rows += group.length
      if (groups.length > 0 && rows > mostRows) break
      groups.push({ key, rows: group.map(({ place }) => place), made })
    }
    return { views, keys, groups }
  }
}

/** The tries of a sample. */
export const groupTries = async (store: Store, node: GraphNode, probe: GatherProbe): Promise<ReadonlyArray<Try>> => {
  const fields = fieldsOf((node.declaration as GatherDeclaration).emits, node.name)
  const read = new Map<number, ReadonlyArray<Ungrouped>>()
  const wanted = [...probe.keys.map(({ place }) => place), ...probe.groups.flatMap(({ rows }) => rows)]
  for (const [partition] of wanted)
    if (!read.has(partition))
      read.set(partition, await ungrouped(node, new Partition(probe.views[partition]!, store), partition))
  const at = ([partition, row]: RowPlace) => read.get(partition)![row]!
  const keyTries = probe.keys.map(
    ({ place, key }): Try => ({
      id: digestHex(at(place).id, 0),
      isSame: async () => groupKey(node, at(place).row) === key
    })
  )
  const applyTries = probe.groups.map(
    ({ key, rows, made }): Try => ({
      id: digestHex(at(rows[0]!).id, 0),
      isSame: async () => digestOfGroup(node, applyGroup(node, rows.map(at), key, fields)) === made
    })
  )
  return [...keyTries, ...applyTries]
}
