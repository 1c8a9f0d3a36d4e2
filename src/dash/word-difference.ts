// Two texts word by word: the stretches that both have, and those that only one has; what both have is cut where it is long.
import { weight } from "./excerpt.ts"

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

/** Characters of a text that are compared, and words that may differ. */
export const mostCompared = 40_000
const mostEdits = 3_000
/** Characters of a stretch that are shown, and of all stretches together unless told otherwise. */
const sameShown = 140
const onlyShown = 200
const mostShown = 1400

const words = (text: string): Array<string> => text.match(/\s+|[\p{L}\p{N}\p{M}_]+|[^\s\p{L}\p{N}\p{M}_]/gu) ?? []

/** The difference of two texts; undefined where they differ in more words than it pays to find. */
export const wordDifference = async (
  first: string,
  second: string,
  most = mostShown
): Promise<WordDifference | undefined> => {
  const { diffArrays } = await import("diff")
  const changes = diffArrays(words(first), words(second), { maxEditLength: mostEdits })
  if (changes === undefined) return undefined
  const stretches: Array<Stretch> = []
  let [differences, left, size] = [0, 0, 0]
  for (const [at, { value, added, removed }] of changes.entries()) {
    const of = added ? "second" : removed ? "first" : "both"
    if (of !== "both") differences++
    if (size >= most) {
      if (of !== "both") left++
      continue
    }
    const stretch = cut({ of, text: value.join("") }, at === 0, at === changes.length - 1)
    stretches.push(stretch)
    size += Math.max(stretch.text.length, weight(stretch.text) / 2)
  }
  return { stretches, differences, left }
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
