// sha256 computed here is that of the library, at every length around its blocks.
import { hash } from "node:crypto"
import { expect, test } from "vitest"
import { sha256Into } from "../../src/table/sha256.ts"
import { Random } from "../run/random-numbers.ts"

test("is the library's, of every length and in every place", () => {
  for (let length = 0; length < 300; length++) {
    const random = new Random(length)
    const bytes = Uint8Array.from({ length: length + 10 }, () => random.below(256))
    const from = random.below(10)
    const size = 1 + random.below(32)
    const out = new Uint8Array(40)
    sha256Into(bytes, from, from + length, out, 5, size)
    const expected = new Uint8Array(40)
    expected.set(hash("sha256", bytes.subarray(from, from + length), "buffer").subarray(0, size), 5)
    expect(out, `${length} bytes`).toEqual(expected)
  }
})
