// Numbers from a seed: those of mulberry32 as its author gives it in C, computed with 32-bit integers.
import { expect, it } from "vitest"
import { dice } from "#sluice/text"

/** mulberry32 with BigInt in place of 32-bit arithmetic. */
const reference = (seed: bigint): (() => number) => {
  const low = (value: bigint) => BigInt.asUintN(32, value)
  let state = low(seed)
  return () => {
    state = low(state + 0x6d2b79f5n)
    let mixed = low((state ^ (state >> 15n)) * (state | 1n))
    mixed = mixed ^ low(mixed + low((mixed ^ (mixed >> 7n)) * (mixed | 61n)))
    return Number(mixed ^ (mixed >> 14n)) / 2 ** 32
  }
}

it.each([0, 1, 7, 2 ** 31, 2 ** 32 - 1])("are those of seed %d", (seed) => {
  const [drawn, expected] = [dice(seed), reference(BigInt(seed))]
  for (let n = 0; n < 1000; n++) expect(drawn()).toBe(expected())
})
