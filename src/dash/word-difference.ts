// Two texts word by word: the stretches that both have, and those that only one has; what both have is cut where it is long.

export interface Stretch {
  readonly of: "both" | "first" | "second"
  readonly text: string
}

export interface WordDifference {
  readonly stretches: ReadonlyArray<Stretch>
  /** Stretches that only one text has, in all. */
  readonly differences: number
  /** Of them, those that are not in `stretches`. */
  readonly left: number
}

/** Characters of a text that are compared, words that may differ, and what is shown of the result. */
export const mostCompared = 40_000
const mostEdits = 3_000
const sameShown = 140
const onlyShown = 240
const mostStretches = 13

const words = (text: string): Array<string> => text.match(/\s+|[\p{L}\p{N}\p{M}_]+|[^\s\p{L}\p{N}\p{M}_]/gu) ?? []

/** The difference of two texts; undefined where they differ in more words than it pays to find. */
export const wordDifference = async (first: string, second: string): Promise<WordDifference | undefined> => {
  const { diffArrays } = await import("diff")
  const changes = diffArrays(words(first), words(second), { maxEditLength: mostEdits })
  if (changes === undefined) return undefined
  const all = changes.map(
    ({ value, added, removed }): Stretch => ({
      of: added ? "second" : removed ? "first" : "both",
      text: value.join("")
    })
  )
  const differences = all.filter(({ of }) => of !== "both").length
  const head = all.slice(0, mostStretches)
  return {
    stretches: head.map((stretch, at) => cut(stretch, at === 0, at === all.length - 1)),
    differences,
    left: differences - head.filter(({ of }) => of !== "both").length
  }
}

/** A stretch that is not too long: of what both have only what is near a difference. */
const cut = ({ of, text }: Stretch, isFirst: boolean, isLast: boolean): Stretch => {
  const most = of === "both" ? sameShown : onlyShown
  const points = [...text]
  if (points.length <= most) return { of, text }
  if (of !== "both") return { of, text: `${points.slice(0, most).join("")} […]` }
  const half = most >> 1
  if (isFirst && !isLast) return { of, text: `[…] ${points.slice(-most).join("")}` }
  if (isLast && !isFirst) return { of, text: `${points.slice(0, most).join("")} […]` }
  return { of, text: `${points.slice(0, half).join("")} […] ${points.slice(-half).join("")}` }
}
