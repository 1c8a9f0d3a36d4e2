// Random values of every layout, for property tests of tables: nulls, empty text, other scripts, large integers, JSON.
import type { Field } from "../../src/table/field.ts"
import type { Random } from "../run/random-numbers.ts"

export const fields: { readonly [name: string]: Field } = {
  text: { type: "text", integer: false, nullable: true },
  bytes: { type: "bytes", integer: false, nullable: true },
  whole: { type: "number", integer: true, nullable: true },
  real: { type: "number", integer: false, nullable: true },
  flag: { type: "flag", integer: false, nullable: true },
  nested: { type: "nested", integer: false, nullable: true }
}

const texts = [
  "",
  "a",
  "é",
  "日本語のテキスト",
  "👩‍👩‍👧‍👦",
  "\u0000",
  "a\nb",
  "fifteen letters",
  "sixteen letters!",
  "\uFEFFmark",
  "ﷺ"
]
const wholes = [0, 1, -1, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 31, -(2 ** 31) - 1, 255, 65_536]
const reals = [0, 0.1, -1.5, Number.MAX_VALUE, Number.MIN_VALUE, 1e21, Math.PI]

const nested = (random: Random, depth: number): unknown => {
  const kind = random.below(depth > 2 ? 4 : 6)
  if (kind === 0) return null
  if (kind === 1) return random.pick(texts)
  if (kind === 2) return random.pick(reals)
  if (kind === 3) return random.chance(0.5)
  const length = random.below(4)
  if (kind === 4) return Array.from({ length }, () => nested(random, depth + 1))
  return Object.fromEntries(
    Array.from({ length }, () => [random.pick(["a", "b", "ключ", "10", "9"]), nested(random, depth + 1)])
  )
}

const value = (random: Random, name: string): unknown => {
  if (random.chance(0.15)) return null
  switch (name) {
    case "text":
      return random.chance(0.5) ? random.pick(texts) : `${random.pick(texts)}${random.below(1000)}`
    case "bytes":
      return Uint8Array.from({ length: random.below(40) }, () => random.below(256))
    case "whole":
      return random.chance(0.5) ? random.pick(wholes) : random.between(-1e9, 1e9)
    case "real":
      return random.chance(0.5) ? random.pick(reals) : random.next() * 1e6
    case "flag":
      return random.chance(0.5)
    default:
      return random.chance(0.2) ? [] : nested(random, 0)
  }
}

/** Values of a column; now and then none of them is null. */
export const randomValues = (random: Random, name: string, rows: number): ReadonlyArray<unknown> => {
  const full = random.chance(0.3)
  return Array.from({ length: rows }, () => {
    let made = value(random, name)
    while (full && made === null) made = value(random, name)
    return made
  })
}
