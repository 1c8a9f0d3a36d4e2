// Digests numbered as they are met: as a map of texts would number them, wherever entries collide and however many come.
import { describe, expect, it } from "vitest"
import { digestBytes, digestHex } from "../../src/table/digest.ts"
import { DigestMap, firstRows } from "../../src/table/digest-map.ts"
import { Random } from "../run/random-numbers.ts"

/** Entries that share their first bytes, so that places collide; some lie where no 32-bit word begins. */
const digestsOf = (values: ReadonlyArray<number>, seed: number): Uint8Array => {
  const shift = seed % 4
  const digests = new Uint8Array(values.length * digestBytes + shift).subarray(shift)
  const view = new DataView(digests.buffer, shift)
  for (const [row, value] of values.entries()) view.setUint32(row * digestBytes + 12, value)
  return digests
}

const randomRows = (random: Random, seed: number) => {
  const rows = random.below(60)
  return Array.from({ length: rows }, () => random.below(rows * (seed % 2 === 0 ? 4 : 400) + 1))
}

describe("a digest map", () => {
  it("numbers entries as they come and finds them again", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new Random(seed)
      const map = new DigestMap(random.below(4))
      const numbers = new Map<string, number>()
      for (let time = 0; time < 4; time++) {
        const digests = digestsOf(randomRows(random, seed), seed + time)
        const texts = Array.from({ length: digests.length / digestBytes }, (_, row) => digestHex(digests, row))
        expect([...map.find(digests)], `seed ${seed}`).toEqual(texts.map((text) => numbers.get(text) ?? -1))
        for (const text of texts) if (!numbers.has(text)) numbers.set(text, numbers.size)
        expect([...map.put(digests)], `seed ${seed}`).toEqual(texts.map((text) => numbers.get(text)))
        expect(map.size).toBe(numbers.size)
      }
    }
  })

  it("has no entries where none was put", () => {
    const map = new DigestMap(0)
    expect([...map.find(digestsOf([1, 2], 0))]).toEqual([-1, -1])
    expect([...map.put(new Uint8Array(0))]).toEqual([])
    expect(map.size).toBe(0)
  })
})

describe("the first row with the same entry", () => {
  it("is found wherever it is", () => {
    for (let seed = 0; seed < 300; seed++) {
      const values = randomRows(new Random(seed), seed)
      const first = values.map((value) => values.indexOf(value))
      expect([...firstRows(digestsOf(values, seed))], `seed ${seed}`).toEqual(first)
    }
  })
})
