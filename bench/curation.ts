// Curation stages on plain text, in MB of text a second by one worker; with SLUICE_PEERS the peers on the same file. Then the
// whole corpus, from its files to final verdicts, and again with one threshold changed.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { zstdCompressSync } from "node:zlib"
import { type Ran, runCommand } from "./command.ts"
import { Figures, median, root } from "./figure.ts"
import { corpusFiles, given } from "./given-corpus.ts"

/** Megabytes of text, of each file a sixth at most. */
const wanted = 48e6

const files = corpusFiles("curation")
const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"))
const file = join(folder, "documents.jsonl")
const lines: Array<string> = []
let bytes = 0
for (const { text: all } of files) {
  let taken = 0
  for (const line of all.split("\n")) {
    if (line === "" || taken > wanted / 6 || bytes > wanted) continue
    const { id, text } = JSON.parse(line) as { readonly id: string; readonly text?: string }
    if (text === undefined || text === "") continue
    lines.push(`${JSON.stringify({ id, text })}\n`)
    taken += Buffer.byteLength(text)
    bytes += Buffer.byteLength(text)
  }
}
writeFileSync(file, lines.join(""))
const compressed = `${file}.zst`
writeFileSync(compressed, zstdCompressSync(lines.join("")))

const figures = new Figures("curation")
const pipeline = join(root, "bench/pipelines/curation.ts")
const runs: Array<Ran> = []
for (const store of ["a", "b", "c"])
  runs.push(
    await runCommand([
      ...["run", pipeline, "--store", join(folder, store)],
      ...["--set", `documents=${compressed}`, "--workers", "1"]
    ])
  )

/** MB a second of some nodes together: of the runs the one in the middle. */
const rate = (what: string, nodes: ReadonlyArray<string>, reach: string) => {
  const rates = runs.map(({ nodes: all }) => {
    const seconds = all.filter(({ name }) => nodes.includes(name)).reduce((sum, node) => sum + node.seconds, 0)
    return bytes / 1e6 / seconds
  })
  figures.note(what, median(rates), "MB/s", reach)
}
rate("JSONL.zst to partitions", ["ingest.jsonl"], "≥ 80 MB/s")
rate("exact dedup", ["dedup.exact"], "≥ 80 MB/s")
rate("MinHash 14 × 8: sign, cluster, remove", ["dedup.minhash"], "≥ 60 MB/s")
rate(
  "Gopher + repetition + FineWeb, verdicts written",
  ["quality.gopher", "quality.gopherRepetition", "quality.fineweb"],
  "≥ 40 MB/s"
)
rate("language identification", ["quality.language"], "≥ 30 MB/s")
rate("redaction", ["quality.redact"], "≥ 40 MB/s")

/** A command that is given the file and prints a line `RESULT {"what": …, "MB/s": …}` for each peer. */
const peers = process.env["SLUICE_PEERS"]
if (peers === undefined) console.log("peers: not measured (SLUICE_PEERS=COMMAND)")
else {
  const { stdout } = spawnSync(`${peers} ${file}`, { shell: true, encoding: "utf8", maxBuffer: 1 << 26 })
  for (const [, json] of stdout.matchAll(/^RESULT (.*)$/gm)) {
    const found = JSON.parse(json!) as { readonly what: string; readonly "MB/s": number }
    figures.note(found.what, found["MB/s"], "MB/s", "")
  }
}

/** From the files as they lie there, with two workers. */
const clean = (alphabetic: number): Promise<Ran> =>
  runCommand([
    ...["run", join(root, "bench/pipelines/clean.ts"), "--store", join(folder, "clean"), "--workers", "2"],
    ...["--set", `corpus=${given}/*.jsonl.zst`, "--set", `alphabetic=${alphabetic}`]
  ])
const cold = await clean(0.5)
figures.note("whole corpus, files to final verdicts, 2 workers", cold.seconds, "s", "≤ 30 s")
figures.note("whole corpus, peak memory", cold.peakMiB, "MiB", "≤ 1536 MiB")
const changed = [await clean(0.51), await clean(0.52), await clean(0.53)]
figures.note("whole corpus, one threshold changed", median(changed.map(({ seconds }) => seconds)), "s", "≤ 2 s")
rmSync(folder, { recursive: true, force: true })
figures.keep()
