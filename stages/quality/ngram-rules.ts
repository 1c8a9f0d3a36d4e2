// The rules on word n-grams that recur, with Gopher's thresholds: what the filters that measure the two shares decide by.
import * as Schema from "effect/Schema"
import { opt } from "#sluice"

/** For n = 5 to 10, the largest share of a text in n-grams seen before (Rae et al. 2021, table A1). */
export const repeatedOptions = {
  maxRepeated5: opt(Schema.Finite, 0.15),
  maxRepeated6: opt(Schema.Finite, 0.14),
  maxRepeated7: opt(Schema.Finite, 0.13),
  maxRepeated8: opt(Schema.Finite, 0.12),
  maxRepeated9: opt(Schema.Finite, 0.11),
  maxRepeated10: opt(Schema.Finite, 0.1)
}

export const repeatedReasons = [
  "repeated-5-grams",
  "repeated-6-grams",
  "repeated-7-grams",
  "repeated-8-grams",
  "repeated-9-grams",
  "repeated-10-grams"
] as const

type Repeated = { readonly [N in 5 | 6 | 7 | 8 | 9 | 10 as `repeated${N}`]: number }
type MostRepeated = { readonly [N in keyof typeof repeatedOptions]: number }

/** The first of the rules that a text breaks. */
export const repeatedReason = (m: Repeated, most: MostRepeated): (typeof repeatedReasons)[number] | undefined => {
  if (m.repeated5 > most.maxRepeated5) return "repeated-5-grams"
  if (m.repeated6 > most.maxRepeated6) return "repeated-6-grams"
  if (m.repeated7 > most.maxRepeated7) return "repeated-7-grams"
  if (m.repeated8 > most.maxRepeated8) return "repeated-8-grams"
  if (m.repeated9 > most.maxRepeated9) return "repeated-9-grams"
  return m.repeated10 > most.maxRepeated10 ? "repeated-10-grams" : undefined
}

/** The same, and before it for n = 2 to 4 the largest share of the most frequent n-gram. */
export const ngramOptions = {
  maxTop2: opt(Schema.Finite, 0.2),
  maxTop3: opt(Schema.Finite, 0.18),
  maxTop4: opt(Schema.Finite, 0.16),
  ...repeatedOptions
}

export const ngramReasons = ["frequent-2-gram", "frequent-3-gram", "frequent-4-gram", ...repeatedReasons] as const

type Frequent = { readonly [N in 2 | 3 | 4 as `top${N}`]: number }

/** The first of the rules that a text breaks. */
export const ngramReason = (
  m: Frequent & Repeated,
  most: { readonly [N in keyof typeof ngramOptions]: number }
): (typeof ngramReasons)[number] | undefined => {
  if (m.top2 > most.maxTop2) return "frequent-2-gram"
  if (m.top3 > most.maxTop3) return "frequent-3-gram"
  if (m.top4 > most.maxTop4) return "frequent-4-gram"
  return repeatedReason(m, most)
}
