// Digests: equal for equal values and only for those; the content of a whole follows from its parts wherever it is cut.
import { describe, expect, it } from "vitest"
import { columnOf } from "../../src/table/column.ts"
import {
  canonicalJson,
  columnDigests,
  combineDigests,
  contentOf,
  digestBytes,
  digestHex,
  emptyContent,
  joinContent,
  keyOf,
  takeDigests
} from "../../src/table/digest.ts"
import type { Field } from "../../src/table/field.ts"
import { Random } from "../run/random-numbers.ts"
import { fields, randomValues } from "./random-columns.ts"

const hexOf = (values: ReadonlyArray<unknown>, field: Field): ReadonlyArray<string> => {
  const digests = columnDigests(columnOf(values, field))
  return values.map((_, row) => digestHex(digests, row))
}

describe("the digest of a value", () => {
  it("is the value itself where that is short, else a hash", () => {
    const [short, empty, missing, long, longer] = hexOf(
      ["ash", "", null, "fifteen letters and more", "fifteen letters and mora"],
      fields["text"]!
    )
    expect(short).toBe("03617368000000000000000000000000")
    expect(empty).toBe("0".repeat(32))
    expect(missing).toBe(`fe${"0".repeat(30)}`)
    expect(long!.slice(0, 2)).toBe("ff")
    expect(long).not.toBe(longer)
  })

  it("turns from value to hash between 15 and 16 bytes", () => {
    const [fifteen, sixteen] = hexOf(["x".repeat(15), "x".repeat(16)], fields["text"]!)
    expect(fifteen).toBe(`0f${"78".repeat(15)}`)
    expect(sixteen!.slice(0, 2)).toBe("ff")
  })

  it("is equal exactly where values are", () => {
    for (let seed = 0; seed < 40; seed++)
      for (const [name, field] of Object.entries(fields)) {
        const values = randomValues(new Random(seed), name, 30)
        const keys = values.map((value) =>
          value === null
            ? "null"
            : value instanceof Uint8Array
              ? `b${Buffer.from(value).toString("hex")}`
              : canonicalJson(value)
        )
        const digests = hexOf(values, field)
        for (let a = 0; a < values.length; a++)
          for (let b = 0; b < a; b++)
            expect(digests[a] === digests[b], `${name} ${keys[a]} ${keys[b]}`).toBe(keys[a] === keys[b])
      }
  })

  it("of nested values does not depend on the order of keys", () => {
    const [a, b] = hexOf(
      [
        { x: 1, y: [2] },
        { y: [2], x: 1 }
      ],
      fields["nested"]!
    )
    expect(a).toBe(b)
  })

  it("of several columns tells which column a value is in", () => {
    const column = (values: ReadonlyArray<unknown>) => columnDigests(columnOf(values, fields["text"]!))
    const both = combineDigests([column(["a", "b"]), column(["b", "a"])], 2)
    expect(digestHex(both, 0)).not.toBe(digestHex(both, 1))
  })
})

describe("the content of a sequence", () => {
  const random = new Random(5)
  const digests = Uint8Array.from({ length: 200 * digestBytes }, () => random.below(256))
  const part = (from: number, to: number) => contentOf(digests.subarray(from * digestBytes, to * digestBytes))

  it("does not depend on where it is cut", () => {
    const whole = part(0, 200)
    for (let times = 0; times < 100; times++) {
      const cuts = [0, ...Array.from({ length: random.below(8) }, () => random.below(201)), 200].sort((a, b) => a - b)
      expect(joinContent(cuts.slice(1).map((end, i) => part(cuts[i]!, end)))).toEqual(whole)
    }
  })

  it("is empty where there are no rows", () => {
    expect(contentOf(new Uint8Array(0))).toEqual(emptyContent)
    expect(joinContent([])).toEqual(emptyContent)
    expect(joinContent([emptyContent, part(0, 9), emptyContent])).toEqual(part(0, 9))
  })

  it("depends on order, length and every row, zeros too", () => {
    const seen = new Set<string>()
    const add = (bytes: Uint8Array) => seen.add(JSON.stringify(contentOf(bytes)))
    for (let rows = 0; rows < 5; rows++) add(new Uint8Array(rows * digestBytes))
    for (let row = 0; row < 20; row++) {
      const changed = digests.slice(0, 20 * digestBytes)
      changed[row * digestBytes]! ^= 1
      add(changed)
    }
    add(takeDigests(digests, Int32Array.of(0, 1)))
    add(takeDigests(digests, Int32Array.of(1, 0)))
    expect(seen.size).toBe(27)
  })
})

describe("a key", () => {
  it("tells numbers apart that JSON cannot write", () => {
    const keys = [null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "Infinity", 0].map(keyOf)
    expect(new Set(keys).size).toBe(6)
  })

  it("leaves out what is undefined and does not depend on the order of names", () => {
    expect(keyOf({ a: 1, b: undefined, c: [2] })).toBe(keyOf({ c: [2], a: 1 }))
    expect(keyOf({ a: null })).not.toBe(keyOf({}))
  })
})

describe("the content digest", () => {
  const reference = (digests: Uint8Array): string => {
    const prime = 2n ** 127n - 1n
    let sum = 0n
    for (let at = 0; at < digests.length; at += 16)
      sum =
        (sum * 0x5f3759df9e3779b97f4a7c15d1b54a33n +
          BigInt(`0x${Buffer.from(digests.subarray(at, at + 16)).toString("hex")}`) +
          1n) %
        prime
    return sum.toString(16)
  }

  it("is the polynomial modulo 2^127 − 1, as exact integers give it", () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed)
      const digests = Uint8Array.from({ length: 16 * (seed % 40) }, () => random.below(256))
      expect(contentOf(digests).hex, `seed ${seed}`).toBe(reference(digests))
    }
  })

  it("is exact at the limbs' ends", () => {
    for (const byte of [0, 1, 0x3f, 0x7f, 0x80, 0xfe, 0xff])
      for (const rows of [1, 2, 3, 100]) {
        const digests = new Uint8Array(16 * rows).fill(byte)
        expect(contentOf(digests).hex, `${rows} × ${byte}`).toBe(reference(digests))
      }
    // 2^127 − 2 and its like: the sum is the modulus itself, that is nothing.
    const edge = Uint8Array.from(Buffer.from(`7f${"ff".repeat(14)}fe`, "hex"))
    expect(contentOf(edge).hex).toBe("0")
    expect(reference(edge)).toBe("0")
  })
})
