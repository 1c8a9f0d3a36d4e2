// Models on disk: what is saved is loaded, byte for byte and score for score.
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { loadModel, readSafetensors, saveModel, scoreSequences, writeSafetensors } from "../../src/model/index.ts"
import { randomSequences, tinyModel, tinyText } from "./tiny-model.ts"

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-model-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

test.each([true, false])("a saved model scores as before, tied embeddings %s", async (tieEmbeddings) => {
  const model = tinyModel(3, { tieEmbeddings })
  saveModel(folder, model)
  expect(readdirSync(folder).sort()).toEqual([
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json"
  ])
  const loaded = loadModel(folder)
  expect(loaded.config).toEqual(model.config)
  const sequences = randomSequences([9, 14], model.config.vocabSize)
  expect(await scoreSequences(loaded, sequences)).toEqual(await scoreSequences(model, sequences))
  for (const text of tinyText) expect(loaded.tokenizer.encode(text)).toEqual(model.tokenizer.encode(text))
})

test("equal models give equal bytes", () => {
  const other = mkdtempSync(join(tmpdir(), "sluice-model-"))
  saveModel(folder, tinyModel(4))
  saveModel(other, tinyModel(4))
  for (const name of readdirSync(folder)) {
    expect(readFileSync(join(folder, name)).equals(readFileSync(join(other, name)))).toBe(true)
  }
  rmSync(other, { recursive: true })
})

test("weights spread over several files are found through the index", () => {
  const model = tinyModel(5)
  saveModel(folder, model)
  const weights = [...readSafetensors(join(folder, "model.safetensors"))]
  rmSync(join(folder, "model.safetensors"))
  writeSafetensors(join(folder, "one.safetensors"), new Map(weights.slice(0, 5)))
  writeSafetensors(join(folder, "two.safetensors"), new Map(weights.slice(5)))
  const places = weights.map(([name], place) => [name, place < 5 ? "one.safetensors" : "two.safetensors"])
  writeFileSync(
    join(folder, "model.safetensors.index.json"),
    JSON.stringify({ weight_map: Object.fromEntries(places) })
  )
  expect(loadModel(folder).weights).toEqual(model.weights)
})

test("a missing or misshapen weight is named", () => {
  const model = tinyModel(6)
  saveModel(folder, model)
  const weights = readSafetensors(join(folder, "model.safetensors"))
  weights.set("model.norm.weight", { shape: [4], data: new Float32Array(4) })
  writeSafetensors(join(folder, "model.safetensors"), weights)
  expect(() => loadModel(folder)).toThrow("model.norm.weight has shape [4]; config.json asks for [16].")
  weights.delete("model.norm.weight")
  writeSafetensors(join(folder, "model.safetensors"), weights)
  expect(() => loadModel(folder)).toThrow("model.norm.weight is missing")
})

test("a folder without config.json is an error that names the path", () => {
  saveModel(folder, tinyModel(7))
  renameSync(join(folder, "config.json"), join(folder, "other.json"))
  expect(() => loadModel(folder)).toThrow(expect.objectContaining({ code: "SLUICE_BAD_MODEL_FOLDER" }))
})
