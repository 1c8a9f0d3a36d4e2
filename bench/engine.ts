// What the engine costs beside the work: many nodes over many partitions, a very large graph, one node, one partition.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runCommand } from "./command.ts"
import { Figures, median, root } from "./figure.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"))
const figures = new Figures("engine")
const file = (name: string) => join(root, `bench/pipelines/${name}.ts`)

/** Rows that make about `partitions` partitions of 1,024 bytes each. */
const writeRows = (name: string, partitions: number): string => {
  const path = join(folder, name)
  const lines = Array.from({ length: partitions * 73 }, (_, n) => `{"n":${100_000 + n}}\n`)
  writeFileSync(path, lines.join(""))
  return path
}

const plan = (name: string, store: string, rows: string): { readonly ms: number; readonly reads: number } => {
  const args = [join(root, "bench/plan-time.ts"), file(name), store, `rows=${rows}`]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: root, maxBuffer: 1 << 26 })
  if (status !== 0) throw new Error(stderr.toString())
  return JSON.parse(stdout.toString())
}

const run = (name: string, store: string, rows: string, ...more: ReadonlyArray<string>) =>
  runCommand(["run", file(name), "--store", store, "--set", `rows=${rows}`, ...more])

const few = writeRows("few.jsonl", 1)
const many = writeRows("many.jsonl", 1000)

const graph = plan("ten-thousand", join(folder, "none"), few)
figures.note("plan of a 10,000-node graph, cold", graph.ms / 1000, "s", "≤ 2 s")

const thinRuns = async (name: string) => {
  const times: Array<number> = []
  for (let round = 0; round < 3; round++) times.push((await run(name, join(folder, `${name}-${round}`), few)).seconds)
  return median(times)
}
const thin = await thinRuns("hundred")
const ten = await thinRuns("ten")
const thick = await run("hundred", join(folder, "thick"), many, "--workers", "1")
figures.note("cold run, 100 nodes × 1,000 partitions, 1 worker", thick.seconds, "s", "")
figures.note("per partition of a node", ((thick.seconds - thin) * 1000) / (100 * 1000), "ms", "≤ 3 ms")
figures.note("per node, 1 partition each", ((thin - ten) * 1000) / 90, "ms", "≤ 10 ms")
figures.note("100 nodes, 1 partition each, process start included", thin, "s", "")
const unchanged = Array.from({ length: 3 }, () => plan("hundred", join(folder, "thick"), many))
figures.note(
  "plan, nothing changed, 100 nodes × 1,000 partitions",
  median(unchanged.map(({ ms }) => ms)),
  "ms",
  "≤ 500 ms"
)
figures.note("the same, reads of the store", unchanged[0]!.reads, "", "O(nodes)")
const again = await run("hundred", join(folder, "thick"), many)
figures.note("no-op run of the same, process start included", again.seconds, "s", "")
rmSync(folder, { recursive: true, force: true })
figures.keep()
