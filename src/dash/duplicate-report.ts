// Groups of duplicates: how many there are of which size, and some to look at, with what differs from the survivor.
import { type BlockTexts, bodyTexts } from "./block-texts.ts"
import { excerpt } from "./excerpt.ts"
import type { Judgement, Member } from "./judgement.ts"
import { drawn, Least, seedOf } from "./row-choice.ts"
import { mostCompared, type WordDifference, wordDifference } from "./word-difference.ts"

export interface ClusterMember {
  readonly id: string
  readonly similarity: number
  /** By column: how its text differs from the survivor's; null where it differs too much, or where one has none. */
  readonly differences: ReadonlyArray<{ readonly column: string; readonly difference: WordDifference | null }>
}

export interface Cluster {
  readonly survivor: string
  readonly texts: ReadonlyArray<{ readonly column: string; readonly text: string }>
  /** Rows, the survivor among them. */
  readonly rows: number
  readonly members: ReadonlyArray<ClusterMember>
}

export interface DuplicateReport {
  readonly node: string
  readonly reasons: ReadonlyArray<string>
  readonly clusters: number
  /** Rows merged into others. */
  readonly merged: number
  /** Clusters by their number of rows: 2, 3, 4, 5 to 9, 10 to 99, 100 and more. */
  readonly sizes: ReadonlyArray<{ readonly rows: string; readonly clusters: number }>
  readonly largest: ReadonlyArray<Cluster>
  readonly byLot: ReadonlyArray<Cluster>
}

const clustersShown = 3
const membersShown = 2
const columnsShown = 2
const survivorShown = 360
const differencesShown = 1400

const sizeNames = ["2", "3", "4", "5–9", "10–99", "100 and more"] as const
const sizeOf = (rows: number): number => (rows < 5 ? rows - 2 : rows < 10 ? 3 : rows < 100 ? 4 : 5)

/** A node's duplicates, to be finished when the texts that they ask for have been read; undefined where it merged none. */
export const draftDuplicates = (judged: Judgement, texts: BlockTexts): (() => Promise<DuplicateReport>) | undefined => {
  const { node, input, clusters, merging } = judged
  if (clusters.size === 0) return undefined
  const columns = bodyTexts(input.views).slice(-columnsShown)
  const [large, lot] = [new Least(clustersShown), new Least(clustersShown * 2)]
  const seed = seedOf(node)
  const sizes = sizeNames.map(() => 0)
  let merged = 0
  for (const [survivor, members] of clusters) {
    const chance = drawn(input.lot(survivor), seed)
    large.offer(-members.length + chance / 2 ** 32, survivor)
    lot.offer(chance, survivor)
    sizes[sizeOf(members.length + 1)]!++
    merged += members.length
  }
  const others = lot.rows.filter((row) => !large.rows.includes(row)).slice(0, clustersShown)
  const shown = new Map(
    [...large.rows, ...others].map((survivor) => [survivor, membersToShow(judged, survivor, clusters.get(survivor)!)])
  )
  const placed = (row: number) => {
    const { partition, row: own } = input.place(row)
    return [input.views[partition]!, own] as const
  }
  for (const [survivor, members] of shown)
    for (const row of [survivor, ...members.map((member) => member.row)])
      for (const name of columns) texts.want(...placed(row), name)

  const finish = async (survivor: number): Promise<Cluster> => {
    const textOf = (row: number, column: string) => texts.text(...placed(row), column)?.slice(0, mostCompared)
    const members: Array<ClusterMember> = []
    for (const { row, similarity } of shown.get(survivor)!) {
      const differences: Array<ClusterMember["differences"][number]> = []
      for (const column of columns) {
        const [first, second] = [textOf(survivor, column), textOf(row, column)]
        if (first === undefined && second === undefined) continue
        const difference =
          first === undefined || second === undefined
            ? undefined
            : await wordDifference(first, second, differencesShown / columns.length)
        differences.push({ column, difference: difference ?? null })
      }
      members.push({ id: input.id(row), similarity, differences })
    }
    return {
      survivor: input.id(survivor),
      texts: columns.flatMap((column) => {
        const text = texts.text(...placed(survivor), column)
        return text === null ? [] : [{ column, text: excerpt(text, Math.floor(survivorShown / columns.length)) }]
      }),
      rows: clusters.get(survivor)!.length + 1,
      members
    }
  }
  return async () => ({
    node,
    reasons: [...merging],
    clusters: clusters.size,
    merged,
    sizes: sizeNames.map((rows, at) => ({ rows, clusters: sizes[at]! })).filter((one) => one.clusters > 0),
    largest: await Promise.all(large.rows.map(finish)),
    byLot: await Promise.all(others.map(finish))
  })
}

/** The least similar member, and others by lot. */
const membersToShow = (
  { input, node }: Judgement,
  survivor: number,
  members: ReadonlyArray<Member>
): ReadonlyArray<Member> => {
  const seed = seedOf(`${node} ${input.lot(survivor)}`)
  const ranked = members
    .map((member) => ({ member, chance: drawn(input.lot(member.row), seed) }))
    .sort((a, b) => a.chance - b.chance)
    .map(({ member }) => member)
  const least = ranked.reduce((found, one) => (one.similarity < found.similarity ? one : found))
  return [least, ...ranked.filter((one) => one !== least)].slice(0, membersShown)
}
