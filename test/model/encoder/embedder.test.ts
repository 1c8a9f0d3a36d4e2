// Sentence encoders: the vectors of PyTorch for small ones (bench/conformance/record_embeddings.py), the same bits beside any text.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { Embedder } from "../../../src/model/index.ts"
import { recorded, vectorOf, writeEncoder } from "./small-encoder.ts"

const root = mkdtempSync(join(tmpdir(), "sluice-encoder-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0
const folder = (name: string, prefix?: string, more?: object) =>
  writeEncoder(join(root, `m${made++}`), name, prefix, more)
const texts = recorded.texts.map(({ text }) => text)

const readConfig = (path: string) => readFileSync(join(path, "config.json"), "utf8")

const embedded = async (path: string, given: readonly string[]) => {
  const embedder = await Embedder.open(path)
  try {
    return { dimensions: embedder.dimensions, values: await embedder.embed(given) }
  } finally {
    await embedder.dispose()
  }
}

describe("vectors", () => {
  it.each(Object.entries(recorded.small))(
    "%s are those of transformers 4.44 within 2e-6",
    async (name, { vectors }) => {
      const { values, dimensions } = await embedded(folder(name), texts)
      expect(dimensions).toBe(16)
      for (const [text, vector] of vectors.entries()) {
        const expected = vectorOf(vector)
        for (let i = 0; i < 16; i++) expect(Math.abs(values[text * 16 + i]! - expected[i]!)).toBeLessThan(2e-6)
      }
    }
  )

  it("are the same bits alone, in another order, and with bert. before the names of weights", async () => {
    const embedder = await Embedder.open(folder("mean", "bert."))
    const together = await embedder.embed(texts)
    const reversed = await embedder.embed(texts.toReversed())
    for (const [row, text] of texts.entries()) {
      const own = together.subarray(row * 16, row * 16 + 16)
      expect(await embedder.embed([text])).toEqual(own)
      const back = (texts.length - 1 - row) * 16
      expect(reversed.subarray(back, back + 16)).toEqual(own)
    }
    await embedder.dispose()
  })

  it("of a text longer than the model takes are those of its beginning", async () => {
    const long = "the gate opened ".repeat(40)
    const { values } = await embedded(folder("mean"), [long, `${long} water`, "the gate"])
    expect(values.subarray(0, 16)).toEqual(values.subarray(16, 32))
    expect(values.subarray(0, 16)).not.toEqual(values.subarray(32))
    expect(await embedded(folder("mean"), [])).toEqual({ dimensions: 16, values: new Float32Array(0) })
  })
})

describe("a folder", () => {
  it.each([
    [{ model_type: "roberta" }, "SLUICE_UNSUPPORTED_MODEL", 'model_type "roberta"'],
    [{ hidden_act: "swish" }, "SLUICE_UNSUPPORTED_MODEL", 'hidden_act "swish"'],
    [{ position_embedding_type: "relative_key" }, "SLUICE_UNSUPPORTED_MODEL", '"relative_key"'],
    [{ num_attention_heads: "two" }, "SLUICE_BAD_MODEL_FOLDER", 'no number "num_attention_heads"']
  ])("with %j is an error", async (more, code, message) => {
    const path = folder("mean")
    const config = { ...JSON.parse(readConfig(path)), ...more }
    writeFileSync(join(path, "config.json"), JSON.stringify(config))
    await expect(Embedder.open(path)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it("with a step that turns vectors, another pooling, or a weight of another shape is an error", async () => {
    const path = folder("mean")
    writeFileSync(join(path, "modules.json"), JSON.stringify([{ type: "sentence_transformers.models.Dense" }]))
    await expect(Embedder.open(path)).rejects.toThrow("The module sentence_transformers.models.Dense is not supported")
    const pooled = folder("mean")
    writeFileSync(join(pooled, "1_Pooling/config.json"), JSON.stringify({ pooling_mode_lasttoken: true }))
    await expect(Embedder.open(pooled)).rejects.toThrow("Pooling by lasttoken is not supported")
    const wide = folder("mean")
    const config = { ...JSON.parse(readConfig(wide)), intermediate_size: 32 }
    writeFileSync(join(wide, "config.json"), JSON.stringify(config))
    await expect(Embedder.open(wide)).rejects.toThrow("encoder.layer.0.intermediate.dense.weight has shape [24,16]")
    rmSync(join(wide, "model.safetensors"))
    await expect(Embedder.open(wide)).rejects.toThrow("has no model.safetensors")
  })
})
