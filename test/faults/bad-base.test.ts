// What may be wrong with a base and with the rows it is to learn from, told by the real command: one error each, or a reason.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { readSafetensors, saveModel, type Weight, writeSafetensors } from "../../src/model/index.ts"
import { makeProject, type TestProject } from "../cli/project.ts"
import { tinyModel } from "../model/tiny-model.ts"

const pipeline = `import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { ingest, synth, train } from "#stages"
const Row = Schema.Struct({ id: Schema.String, question: Schema.String, answer: Schema.String })
const data = ingest.jsonl({ path: "data/*.jsonl", row: Row, key: "id" }).pipe(synth.toChat())
const base = train.pretrained({ path: "models/base" })
export default pipeline("tuned", { tuned: train.lora({ base, data, rank: 2, steps: 2, context: 64, batch: 1 }) })
`

const rows = [
  { id: "a", question: "When?", answer: "At dawn." },
  { id: "b", question: "Who?", answer: "The miller." },
  { id: "c", question: "What then?", answer: "The wheel turns and the water runs. ".repeat(20) }
]

let project: TestProject
let base: string

beforeAll(() => {
  project = makeProject({
    "pipelines/tuned.ts": pipeline,
    "data/rows.jsonl": rows.map((row) => JSON.stringify(row)).join("\n")
  })
  base = join(project.root, "models/base")
})
afterAll(() => project.close())

const whole = (): void => {
  rmSync(base, { recursive: true, force: true })
  saveModel(base, tinyModel(4, { tieEmbeddings: true }))
}

const rewritten = (name: string, change: (json: Record<string, unknown>) => object): void => {
  const path = join(base, name)
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))))
}

const edited = (change: (weights: Map<string, Weight>) => void): void => {
  const path = join(base, "model.safetensors")
  const weights = readSafetensors(path)
  change(weights)
  writeSafetensors(path, weights)
}

const gate = "model.layers.1.mlp.gate_proj.weight"

it.each<[string, () => void, string, string]>([
  [
    "a weight of another shape",
    () => edited((weights) => weights.set(gate, { shape: [2, 2], data: new Float32Array(4) })),
    `${gate} has shape [2,2]; the model's sizes ask for [24,16].`,
    "SLUICE_BAD_MODEL_FOLDER"
  ],
  [
    "a tensor that is missing",
    () => edited((weights) => weights.delete(gate)),
    `${gate} is missing; the model's sizes ask for [24,16].`,
    "SLUICE_BAD_MODEL_FOLDER"
  ],
  [
    "a weight that is no number",
    () => edited((weights) => weights.get(gate)!.data.fill(Number.NaN, 3, 4)),
    `${gate} holds NaN at [0, 3]; every weight must be a finite number.`,
    "SLUICE_BAD_WEIGHTS"
  ],
  [
    "a tokenizer that does not fit",
    () => {
      rewritten("config.json", (json) => ({ ...json, vocab_size: 200 }))
      edited((weights) =>
        weights.set("model.embed_tokens.weight", { shape: [200, 16], data: new Float32Array(3200).fill(0.1) })
      )
    },
    "The tokenizer has ids up to 287, the model has embeddings for 200 ids.",
    "SLUICE_TOKENIZER_MISMATCH"
  ],
  [
    "an unknown architecture",
    () => rewritten("config.json", (json) => ({ ...json, model_type: "mamba" })),
    'model_type "mamba" is not supported; "llama", "qwen2", "qwen3", "mistral", "gemma", "gpt2" are.',
    "SLUICE_UNSUPPORTED_MODEL"
  ],
  [
    "a context longer than the model's positions",
    () => rewritten("config.json", (json) => ({ ...json, max_position_embeddings: 48 })),
    "48 positions",
    "SLUICE_ROW_TOO_LONG"
  ],
  [
    "a pickle in place of safetensors",
    () => renameSync(join(base, "model.safetensors"), join(base, "pytorch_model.bin")),
    "has no model.safetensors; pytorch_model.bin is a pickle",
    "SLUICE_BAD_MODEL_FOLDER"
  ]
])("%s is one error", { timeout: 60_000 }, async (_, damage, message, code) => {
  whole()
  damage()
  const { code: exit, err } = await project.sluice("run", "tuned", "--workers", "1")
  expect(err).toContain(message)
  expect(err).toContain(code)
  expect(err.split("\n").filter((line) => line.startsWith("✗"))).toHaveLength(1)
  expect(err).not.toMatch(/^ +at /m)
  expect(exit).toBe(1)
})

it("a row longer than the context is left out with its reason, and the others are learnt from", {
  timeout: 60_000
}, async () => {
  whole()
  const { code, err } = await project.sluice("run", "tuned", "--workers", "1")
  expect([code, err]).toEqual([0, ""])
  const dropped = await project.json("drops", "tuned", "--reason", "too-long")
  expect(dropped).toEqual([
    expect.objectContaining({
      node: "train.proven",
      reason: "too-long",
      source: expect.objectContaining({ path: "data/rows.jsonl", line: 3 })
    })
  ])
})
