// A run with nothing to do, beside DVC's: twenty stages over two thousand small files, on one machine in one go.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runCommand } from "./command.ts"
import { Figures, median, root } from "./figure.ts"

const dvc = process.env["SLUICE_DVC"] ?? "dvc"
const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"))
const figures = new Figures("dvc")
const raw = join(folder, "raw")
mkdirSync(raw)
for (let n = 1; n <= 2000; n++) writeFileSync(join(raw, `${n}.txt`), `row ${n}\n`)

const run = () =>
  runCommand([
    ...["run", join(root, "bench/pipelines/twenty.ts"), "--store", join(folder, "store")],
    ...["--set", `files=${raw}`]
  ])

const inFolder = (command: string, ...args: ReadonlyArray<string>): number => {
  const began = performance.now()
  const { status, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    env: { ...process.env, DVC_NO_ANALYTICS: "1" }
  })
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(" ")}: ${stderr}`)
  return (performance.now() - began) / 1000
}

const dvcStages = (): string => {
  const stage = (n: number) => `  s${n}: {cmd: 'ls raw | wc -l > out${n}.txt', deps: [raw], outs: [out${n}.txt]}\n`
  return `stages:\n${Array.from({ length: 20 }, (_, n) => stage(n + 1)).join("")}`
}

const cold = await run()
figures.note("20 nodes × 2,000 files, from nothing", cold.seconds, "s", "")
const again = [await run(), await run(), await run()].map(({ seconds }) => seconds)
figures.note("nothing changed", median(again), "s", "")
if (spawnSync(dvc, ["--version"]).status === 0) {
  writeFileSync(join(folder, "dvc.yaml"), dvcStages())
  inFolder("git", "init", "-q", ".")
  inFolder(dvc, "init", "-q")
  figures.note("DVC, from nothing", inFolder(dvc, "repro", "-q"), "s", "")
  const still = [1, 2, 3].map(() => inFolder(dvc, "repro", "-q"))
  figures.note("DVC, nothing changed", median(still), "s", "")
  figures.note("DVC's time over sluice's, nothing changed", median(still) / median(again), "×", "")
} else console.log("DVC: not here (SLUICE_DVC=PATH, or install it with pip): not measured")
rmSync(folder, { recursive: true, force: true })
figures.keep()
