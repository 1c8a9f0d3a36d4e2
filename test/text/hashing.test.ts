// Hashes for texts: the table that finds equal entries, against the plain definition.
import { expect, it, describe } from "vitest"
import { firstRows } from "../../src/text/hashing.ts"
import { Random } from "../run/random-numbers.ts"

describe("the first row with the same entry", () => {
  it("is found wherever it is", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new Random(seed)
      const rows = random.below(60)
      const values = Array.from({ length: rows }, () => random.below(rows * (seed % 2 === 0 ? 4 : 400) + 1))
      // Entries that share their first bytes, so that places collide; an odd seed lies where no 32-bit word begins.
      const shift = seed % 4
      const digests = new Uint8Array(rows * 16 + shift).subarray(shift)
      const view = new DataView(digests.buffer, shift)
      for (const [row, value] of values.entries()) view.setUint32(row * 16 + 12, value)
      expect([...firstRows(digests)], `seed ${seed}`).toEqual(values.map((value) => values.indexOf(value)))
    }
  })
})
