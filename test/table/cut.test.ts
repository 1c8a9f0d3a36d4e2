// Cuts follow the records: an inserted or deleted record moves the partitions of its neighbourhood only.
import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { cutRecords } from "../../src/table/cut.ts"
import { Random } from "../run/random-numbers.ts"

interface Drawn {
  readonly digest: Uint8Array
  readonly size: number
}

let made = 0
const draw = (random: Random): Drawn => ({
  digest: createHash("sha256").update(String(made++)).digest().subarray(0, 16),
  size: random.between(100, 900)
})

const target = 8000
const partitionsOf = (records: ReadonlyArray<Drawn>): ReadonlyArray<string> => {
  const digests = new Uint8Array(Buffer.concat(records.map(({ digest }) => digest)))
  const sizes = records.map(({ size }) => size)
  let from = 0
  return cutRecords(digests, sizes, target).map((end) => {
    const part = records.slice(from, end).map(({ digest }) => Buffer.from(digest).toString("hex"))
    from = end
    return part.join()
  })
}

describe("partitions", () => {
  it("hold every record once, between a quarter and four times the target", () => {
    const random = new Random(1)
    const records = Array.from({ length: 3000 }, () => draw(random))
    const digests = new Uint8Array(Buffer.concat(records.map(({ digest }) => digest)))
    const ends = cutRecords(
      digests,
      records.map(({ size }) => size),
      target
    )
    expect(ends.at(-1)).toBe(3000)
    const bytes = ends.map((end, i) =>
      records.slice(ends[i - 1] ?? 0, end).reduce((sum, { size }) => sum + size + 1, 0)
    )
    expect(Math.min(...bytes.slice(0, -1))).toBeGreaterThanOrEqual(target / 4)
    expect(Math.max(...bytes)).toBeLessThanOrEqual(target * 4 + 901)
    const mean = bytes.reduce((sum, size) => sum + size, 0) / bytes.length
    expect(mean).toBeGreaterThan(target / 2)
    expect(mean).toBeLessThan(target * 2)
  })

  it("change in the neighbourhood of an edit only", () => {
    const random = new Random(2)
    const records = Array.from({ length: 2000 }, () => draw(random))
    let changed = 0
    let most = 0
    for (let edit = 0; edit < 200; edit++) {
      const before = new Set(partitionsOf(records))
      const at = random.below(records.length)
      if (random.chance(0.5)) records.splice(at, 0, draw(random))
      else records.splice(at, 1)
      const fresh = partitionsOf(records).filter((part) => !before.has(part)).length
      changed += fresh
      most = Math.max(most, fresh)
    }
    expect(changed / 200).toBeLessThan(2)
    expect(most).toBeLessThanOrEqual(8)
  })

  it("are none where there are no records, and one where they are few or one is huge", () => {
    expect(cutRecords(new Uint8Array(0), [], target)).toEqual([])
    expect(cutRecords(new Uint8Array(16), [10], target)).toEqual([1])
    expect(cutRecords(new Uint8Array(32).fill(255), [target * 9, 10], target)).toEqual([1, 2])
  })
})
