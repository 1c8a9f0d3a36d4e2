// Epochs: the engine's files speak for themselves by numbers, so a change of a file must raise one or be declared harmless.
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseSync } from "oxc-parser"
import { describe, expect, it } from "vitest"
import { type Epoch, epochs } from "../../src/graph/epoch.ts"

const here = dirname(fileURLToPath(import.meta.url))
const kept = join(here, "epochs.json")

/** What text becomes as ids. */
const tokenizer = [
  "added-tokens",
  "bert-characters",
  "byte-alphabet",
  "byte-pair",
  "character-classes",
  "character-map",
  "decoder",
  "definition",
  "id-buffer",
  "merge-table",
  "normalizer",
  "pattern",
  "post-processor",
  "pre-tokenizer",
  "tokenizer",
  "tokenizer-json",
  "unigram",
  "word-cache",
  "word-cutter",
  "word-encoder",
  "word-piece"
].map((name) => `model/tokenizer/${name}`)

/** What a model makes of ids. */
const architectures = [
  "config-fields",
  "decoder-config",
  "decoder-layers",
  "gemma",
  "gpt2",
  "index",
  "llama",
  "mistral",
  "qwen2",
  "qwen3",
  "rotary"
].map((name) => `model/architectures/${name}`)

/** The files whose code can change the content that stands behind each epoch. */
const files: { readonly [E in Epoch]: ReadonlyArray<string> } = {
  ingest: [
    "run/listing",
    "run/stat-digests",
    "run/decompress",
    "run/bzip2",
    "run/xz",
    "run/zstd",
    "run/archive",
    "run/member-pattern",
    "run/tar",
    "run/tar-sparse",
    "run/zip",
    "run/sql-query",
    "run/sqlite",
    "run/duckdb",
    "run/frames",
    "run/records",
    "run/parse"
  ],
  rowId: ["table/row-id", "graph/key"],
  columns: [
    "table/column",
    "table/field",
    "table/digest",
    "table/sha256",
    "table/parquet",
    "table/page-reading",
    "table/page-writing",
    "table/view",
    "table/bits",
    "table/pack"
  ],
  rows: [
    "run/row-node",
    "run/row-local",
    "run/row-filter",
    "run/row-expand",
    "run/row-function",
    "run/row-reuse",
    "run/row-calls"
  ],
  select: [
    "stage/split",
    "stage/share",
    "run/select-task",
    "run/select-columns",
    "run/verdict-sheet",
    "run/whole-node"
  ],
  gather: ["run/gather-task", "run/group"],
  model: [
    "run/row-model",
    "model/safetensors",
    "model/model-files",
    "model/model-chat",
    "model/token-row",
    "model/mask-proof",
    "model/chat",
    "model/chat-formats",
    "model/chat-renderer",
    "model/chat-template",
    ...tokenizer,
    ...architectures,
    "model/encoder/bert-config",
    "model/encoder/bert-graph",
    "model/encoder/embedder",
    "model/encoder/layers",
    "model/train/score-text",
    "model/train/batch",
    "model/train/binding",
    "model/train/decoder",
    "model/train/layers",
    "model/train/operation",
    "model/train/onnx",
    "model/train/session",
    "model/train/step-graph",
    "model/train/tensor-graph"
  ],
  program: ["run/program", "run/program-node", "run/program-process", "run/program-inputs"]
}

/** A file's code without comments, layout and positions. */
const codeOf = (file: string): string => {
  const path = join(here, "..", "..", "src", `${file}.ts`)
  const { program } = parseSync(path, readFileSync(path, "utf8"))
  return JSON.stringify(program, (name, value) =>
    name === "start" || name === "end" ? undefined : typeof value === "bigint" ? `${value}n` : value
  )
}

interface Kept {
  readonly epoch: number
  readonly digest: string
}

const now = Object.fromEntries(
  Object.entries(files).map(([name, list]): readonly [string, Kept] => [
    name,
    {
      epoch: epochs[name as Epoch],
      digest: createHash("sha256").update(list.map(codeOf).join("\n")).digest("hex").slice(0, 32)
    }
  ])
)

if (process.env["ACCEPT_EPOCHS"] === "1") writeFileSync(kept, `${JSON.stringify(now, null, 2)}\n`)
const before = JSON.parse(readFileSync(kept, "utf8")) as { readonly [name: string]: Kept }

describe("the code behind the epoch", () => {
  it.each(Object.keys(files))("%s is what it was, or the epoch was raised", (name) => {
    const [old, fresh] = [before[name], now[name]!]
    const hint =
      `code behind the epoch "${name}" changed. If rows, ids or digests may come out otherwise, raise it in ` +
      "src/graph/epoch.ts; then, or if content stays the same, accept: ACCEPT_EPOCHS=1 npx vitest run test/graph/epoch.test.ts"
    expect(fresh, hint).toEqual(old)
  })

  it("never goes back to a lower number", () => {
    for (const [name, { epoch }] of Object.entries(before)) expect(epochs[name as Epoch]).toBeGreaterThanOrEqual(epoch)
  })
})
