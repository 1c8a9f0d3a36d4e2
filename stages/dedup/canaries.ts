// Canaries: texts planted behind a dataset's rows each time it is resolved, some twice and some once, which must be told apart.
import * as Schema from "effect/Schema"
import { opt, type Verdicts } from "#sluice"
import { mix32 } from "#sluice/text"

/** How many canaries of each kind are planted, and the share of rows that is expected to go. */
export const canaryOptions = {
  canaries: opt(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })), 4),
  removes: opt(Schema.Struct({ least: Schema.Finite, most: Schema.Finite }), { least: 0, most: 0.9 })
}

export interface Watched {
  /** Texts planted twice and once, that many of each; none with 0 (4). Their outcome warns and changes no row's. */
  readonly canaries?: number
  /** Shares of rows between which the removed ones are expected; beyond them the run warns (0 to 0.9). */
  readonly removes?: { readonly least: number; readonly most: number }
}

export interface Canaries {
  /** First the texts planted twice, each followed by its copy, then those planted once. */
  readonly texts: ReadonlyArray<string>
  readonly twice: number
}

const SIZE = 300

/** Words of letters that no text has, the same each time. */
const words = (canary: number): ReadonlyArray<string> =>
  Array.from({ length: SIZE }, (_, i) => {
    let bits = mix32(mix32(canary * SIZE + i + 1) ^ 0x5bd1e995)
    return Array.from({ length: 7 }, () => {
      const letter = String.fromCharCode(97 + (bits % 26))
      bits = Math.floor(bits / 26)
      return letter
    }).join("")
  })

/**
 * Canaries of `count` pairs and as many alone, of 300 words. The second of a pair is the same text; with `near` one word of it
 * is another, a Jaccard similarity of 0.967 of 5-grams.
 */
export const makeCanaries = (count: number, near: boolean): Canaries => {
  const texts: Array<string> = []
  for (let i = 0; i < count; i++) {
    const text = words(i)
    texts.push(text.join(" "), (near ? text.with(SIZE / 2, "sluice") : text).join(" "))
  }
  for (let i = 0; i < count; i++) texts.push(words(count + i).join(" "))
  return { texts, twice: count }
}

/** Warns of pairs that were not joined and of texts that were, though they have nothing in common with another. */
export const tellCanaries = (
  { texts, twice }: Canaries,
  isRemoved: (canary: number) => boolean,
  verdicts: Pick<Verdicts<string, string>, "warn">
): void => {
  let missed = 0
  let lost = 0
  for (let canary = 0; canary < texts.length; canary++) {
    const copy = canary < 2 * twice && canary % 2 === 1
    if (copy && !isRemoved(canary)) missed++
    if (!copy && isRemoved(canary)) lost++
  }
  if (missed > 0) verdicts.warn(`${missed} of ${twice} planted duplicates were not found: its settings miss duplicates`)
  if (lost > 0)
    verdicts.warn(
      `${lost} of ${2 * twice} planted texts that stand alone were taken for duplicates: it removes too much`
    )
}

/** Warns where the share of rows removed is beyond what is expected. */
export const tellShare = (
  rows: number,
  removed: number,
  { least, most }: Required<Watched>["removes"],
  verdicts: Pick<Verdicts<string, string>, "warn">
): void => {
  const share = rows === 0 ? least : removed / rows
  if (share >= least && share <= most) return
  const percent = (of: number) => `${Math.round(of * 1000) / 10} %`
  verdicts.warn(
    `removed ${percent(share)} of ${rows} rows, where ${percent(least)} to ${percent(most)} were expected (removes)`
  )
}
