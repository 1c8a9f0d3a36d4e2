// The quickstart: documentation on this machine becomes clean text, questions and answers, a small model trained on
// them, and a report that says whether the training helped. Point it elsewhere with --set input=FOLDER.
import * as Schema from "effect/Schema"
import { param, pipeline, split } from "#sluice"
import { dedup, evaluate, ingest, quality, synth, train } from "#stages"

const input = param("input", Schema.Union([Schema.String, Schema.Array(Schema.String)]), [
  "node_modules/npm/docs/content/**/*.md",
  "node_modules/npm/docs/output/**/*.html",
  "node_modules/npm/man/**/*.[1-9]",
  "node_modules/*/README.md",
  "node_modules/@*/*/README.md"
])

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
  synth.toChat()
)
const exam = held.test.pipe(synth.toChat())

const allLinear = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

const base = train.base({ data: clean, steps: 800, seed: 7 })
const tokens = chats.pipe(train.tokens({ model: base }))
const tuned = train.sft({ base, tokens, epochs: 3, seed: 7 })
const adapter = train.lora({ base, tokens, rank: 8, targets: allLinear, epochs: 3, seed: 7 })
const report = evaluate
  .suite({ models: { base, tuned, adapter }, on: exam })
  .pipe(evaluate.gate({ better: "tuned", than: "base", metric: "perplexity" }))

export default pipeline("quickstart", { clean, chats, base, tuned, adapter, report })
