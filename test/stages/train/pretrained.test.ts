// train.pretrained for real: a model of Hugging Face's layout and a GGUF file, taken as they are and trained from.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { loadModel, mergeAdapter, loadAdapter, saveModel } from "#sluice/model"
import { lora } from "../../../stages/train/lora.ts"
import { pretrained } from "../../../stages/train/pretrained.ts"
import { sft } from "../../../stages/train/sft.ts"
import type { TrainingData } from "../../../stages/train/training-data.ts"
import { ggufBytes } from "../../model/gguf/gguf-bytes.ts"
import { tinyModel } from "../../model/tiny-model.ts"
import { dataset, digests, runProgram, Scratch } from "./program-run.ts"
import { conversations } from "./small-corpus.ts"
import { tokenTable } from "./token-table.ts"

const scratch = new Scratch()
afterAll(() => scratch[Symbol.dispose]())

const taken = async (path: string) => {
  const { out, data } = await runProgram(pretrained, {
    inputs: {},
    options: { path },
    out: scratch.next(),
    work: scratch.next()
  })
  return { folder: out, data, digest: "" }
}

const model = tinyModel(5, { tieEmbeddings: true })

const asFolder = (): string => {
  const path = scratch.next()
  saveModel(path, model)
  return path
}

const asGguf = (): string => {
  const path = join(scratch.next(), "tiny.gguf")
  writeFileSync(path, ggufBytes(model, "llama"))
  return path
}

describe.each([
  ["a folder", asFolder],
  ["a GGUF file", asGguf],
  ["a folder with a GGUF file", () => join(asGguf(), "..")]
] as const)("%s", (_, make) => {
  test("is taken as it is, and trained from", async () => {
    const base = await taken(make())
    const weights = [...model.weights.values()].reduce((total, { data }) => total + data.length, 0)
    expect(base.data).toMatchObject({
      parameters: weights,
      layers: 2,
      hidden: 16,
      vocabulary: model.config.vocabSize,
      tiedEmbeddings: true
    })
    expect(loadModel(base.folder).weights).toEqual(model.weights)
    const shared = {
      inputs: { base, tokens: dataset(await tokenTable(base.folder, conversations)) },
      options: { steps: 2, context: 96, batch: 1 }
    }
    const tuned = await runProgram(sft, { ...shared, out: scratch.next(), work: scratch.next() })
    expect((tuned.data as TrainingData).steps).toBe(2)
    const adapted = await runProgram(lora, { ...shared, out: scratch.next(), work: scratch.next() })
    expect(digests(join(adapted.out, "base"))).toEqual(digests(base.folder))
    const merged = mergeAdapter(loadModel(join(adapted.out, "base")), loadAdapter(adapted.out))
    expect(merged.weights.size).toBe(model.weights.size)
  })
})

test("what else lies in the folder stays there, a licence goes along", async () => {
  const path = asFolder()
  for (const name of ["LICENSE", "README.md", "pytorch_model.bin", "training_args.bin"]) {
    writeFileSync(join(path, name), name)
  }
  mkdirSync(join(path, "onnx"))
  const { folder } = await taken(path)
  expect(readdirSync(folder).sort()).toEqual([
    "LICENSE",
    "README.md",
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json"
  ])
})

test("an adapter is no model", async () => {
  const path = asFolder()
  writeFileSync(join(path, "adapter_config.json"), "{}")
  await expect(taken(path)).rejects.toThrow("is an adapter; a model is needed")
})

test("damaged weights end the node before anything is kept", async () => {
  const path = asFolder()
  const file = join(path, "model.safetensors")
  const bytes = readFileSync(file)
  bytes.fill(0xff, bytes.length - 8)
  writeFileSync(file, bytes)
  const out = scratch.next()
  await expect(runProgram(pretrained, { inputs: {}, options: { path }, out, work: scratch.next() })).rejects.toThrow(
    expect.objectContaining({ code: "SLUICE_BAD_WEIGHTS" })
  )
  expect(existsSync(join(out, "model.safetensors"))).toBe(false)
})
