// Measures what the README promises: start-up, the quickstart cold and again, memory. Prints a table and keeps the result.
import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir, totalmem } from "node:os"
import { join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "..")
const bin = join(root, "bin/sluice.js")
const store = mkdtempSync(join(tmpdir(), "sluice-bench-"))

interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly reach: string
}

/** Milliseconds until a command's first output, Node's own start included. */
const firstOutput = (args: ReadonlyArray<string>): Promise<number> =>
  new Promise((done) => {
    const began = performance.now()
    const child = spawn(process.execPath, [bin, ...args], { cwd: root, stdio: ["ignore", "pipe", "ignore"] })
    child.stdout.once("data", () => {
      const took = performance.now() - began
      child.stdout.resume()
      child.once("close", () => done(took))
    })
  })

const median = (values: ReadonlyArray<number>): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

const measured = async (args: ReadonlyArray<string>, runs = 5): Promise<number> => {
  await firstOutput(args)
  const times: Array<number> = []
  for (let run = 0; run < runs; run++) times.push(await firstOutput(args))
  return median(times)
}

/** Resident memory of a process and its children in MiB, from /proc; 0 where there is none. */
const residentMiB = (pid: number): number => {
  try {
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim()
    return rss + (children === "" ? 0 : children.split(" ").reduce((sum, child) => sum + residentMiB(Number(child)), 0))
  } catch {
    return 0
  }
}

/** Runs the quickstart; seconds, and the peak of the memory sampled every 50 ms. */
const quickstart = (): Promise<{ readonly seconds: number; readonly peakMiB: number }> =>
  new Promise((done, fail) => {
    const began = performance.now()
    const child = spawn(process.execPath, [bin, "run", "quickstart", "--store", store], { cwd: root, stdio: "ignore" })
    let peakMiB = 0
    const timer = setInterval(() => {
      peakMiB = Math.max(peakMiB, residentMiB(child.pid!))
    }, 50)
    child.once("close", (code) => {
      clearInterval(timer)
      if (code === 0) done({ seconds: (performance.now() - began) / 1000, peakMiB })
      else fail(new Error(`the quickstart ended with exit code ${code}`))
    })
  })

const figures: Array<Figure> = []
const note = (name: string, value: number, unit: string, reach: string) => {
  figures.push({ name, value: Math.round(value * 100) / 100, unit, reach })
  console.log(`${name.padEnd(46)} ${value.toFixed(unit === "s" ? 2 : 0).padStart(8)} ${unit.padEnd(4)} ${reach}`)
}

console.log("what                                              figure      to reach")
note("sluice --help, to first output", await measured(["--help"]), "ms", "≤ 350 ms")
const cold = await quickstart()
note("quickstart from nothing", cold.seconds, "s", "≤ 120 s on 2 cores")
note("quickstart from nothing, peak memory", cold.peakMiB, "MiB", "≤ 2048 MiB")
const again = [await quickstart(), await quickstart(), await quickstart()]
note("quickstart again, nothing to do", median(again.map(({ seconds }) => seconds)), "s", "< 1 s")
note(
  "sluice plan quickstart, nothing changed, to first output",
  await measured(["plan", "quickstart", "--store", store]),
  "ms",
  "≤ 600 ms"
)
rmSync(store, { recursive: true, force: true })

const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root }).stdout.toString().trim()
const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version
}
mkdirSync(join(root, "bench/results"), { recursive: true })
writeFileSync(
  join(root, "bench/results/quickstart.json"),
  `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), commit, machine, figures }, null, 2)}\n`
)
