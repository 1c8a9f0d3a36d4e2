// The real command, timed: to its first output or to its end, with the peak memory of it and its children.
import { spawn, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { median, root } from "./figure.ts"
import type { Packed } from "./packed.ts"

const bin = join(root, "bin/sluice.js")

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

/** The median of some starts, the first one not counted. */
export const startUp = async (args: ReadonlyArray<string>, runs = 7): Promise<number> => {
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

export interface Ran {
  readonly seconds: number
  /** Peak of the memory, sampled every 50 ms. */
  readonly peakMiB: number
  /** Its nodes, with the time spent on each, added up over workers. */
  readonly nodes: ReadonlyArray<{ readonly name: string; readonly seconds: number }>
}

/** Runs a command with --json to its end, once the disk has taken what was written before; that of a project, if one is given. */
export const runCommand = (args: ReadonlyArray<string>, project: Packed = { cwd: root, bin }): Promise<Ran> =>
  new Promise((done, fail) => {
    spawnSync("sync")
    const began = performance.now()
    const { cwd, bin } = project
    const child = spawn(process.execPath, [bin, ...args, "--json"], { cwd, stdio: ["ignore", "pipe", "inherit"] })
    let peakMiB = 0
    const output: Array<string> = []
    child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text))
    const timer = setInterval(() => {
      peakMiB = Math.max(peakMiB, residentMiB(child.pid!))
    }, 50)
    child.once("close", (code) => {
      clearInterval(timer)
      if (code !== 0) return fail(new Error(`sluice ${args.join(" ")} ended with exit code ${code}`))
      const seconds = (performance.now() - began) / 1000
      const last = JSON.parse(output.join("").trimEnd().split("\n").at(-1)!) as Pick<Ran, "nodes">
      done({ seconds, peakMiB, nodes: last.nodes })
    })
  })
