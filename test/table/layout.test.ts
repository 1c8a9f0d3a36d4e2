// Bits and packs: small encodings that give back what they were given.
import { describe, expect, it } from "vitest"
import { allRows, bitsOf, rowsOf } from "../../src/table/bits.ts"
import { bytesOf, float32Of, int32Of, readPack, uint16Of, writePack } from "../../src/table/pack.ts"
import { Random } from "../run/random-numbers.ts"

describe("bits", () => {
  it("give back the rows that are alive", () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = new Random(seed)
      const flags = Uint8Array.from({ length: random.below(70) }, () => random.below(3))
      const rows = [...flags.keys()].filter((row) => flags[row] !== 0)
      expect([...rowsOf(bitsOf(flags), flags.length)]).toEqual(rows)
    }
  })

  it("of no rows are none", () => {
    expect([...rowsOf(bitsOf(new Uint8Array(0)), 0)]).toEqual([])
    expect([...allRows(3)]).toEqual([0, 1, 2])
  })
})

describe("a pack", () => {
  it("gives back its sections, whatever their sizes", () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = new Random(seed)
      const sections = Object.fromEntries(
        Array.from({ length: random.below(6) }, (_, i) => [
          `${i}${"ü".repeat(random.below(4))}`,
          Uint8Array.from({ length: random.below(40) }, () => random.below(256))
        ])
      )
      const bytes = writePack(sections)
      const shifted = new Uint8Array(bytes.length + 3)
      shifted.set(bytes, 3)
      for (const given of [bytes, shifted.subarray(3)]) expect(readPack(given)).toEqual(sections)
    }
  })

  it("holds typed arrays that can be read in place", () => {
    const pack = readPack(
      writePack({
        a: bytesOf(Int32Array.of(-1, 7)),
        b: bytesOf(Uint16Array.of(65_535, 1, 2)),
        c: bytesOf(Float32Array.of(0.5))
      })
    )
    expect([...int32Of(pack["a"]!)]).toEqual([-1, 7])
    expect([...uint16Of(pack["b"]!)]).toEqual([65_535, 1, 2])
    expect([...float32Of(pack["c"]!)]).toEqual([0.5])
  })

  it("is the same bytes for the same sections in any order", () => {
    const [one, two] = [Uint8Array.of(1), Uint8Array.of(2, 2)]
    expect(writePack({ one, two })).toEqual(writePack({ two, one }))
  })
})
