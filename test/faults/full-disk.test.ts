// A disk that is really full: a small file system of its own as the store, then the same store with room.
import { execFile, execFileSync } from "node:child_process"
import { cpSync, readdirSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { steady } from "../cli/project.ts"
import { FaultyProject } from "./faulty-project.ts"
import { coldDigests } from "./trial.ts"

const repository = resolve(import.meta.dirname, "../..")

/** Whether this machine lets a process mount a file system for itself. */
const canMount = (() => {
  try {
    execFileSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
})()

let project: FaultyProject
let cold: { readonly [output: string]: string }

beforeAll(async () => {
  project = new FaultyProject()
  cold = (await coldDigests(project)) as never
})
afterAll(() => project[Symbol.dispose]())

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

/**
 * Runs the command with a store on a file system of so many kibibytes, which is gone when it ends; what was in it lies in
 * the folder `store` then. The arguments are given to the shell, never put into its script.
 */
const runOn = (kibibytes: number, store: string): Promise<Said> => {
  const place = project.store("disk")
  const script = `mkdir -p "$1" && mount -t tmpfs -o "size=$2k" tmpfs "$1" || exit 99
"$4" "$5" run faults --workers 1 --store "$1"; code=$?
cp -a "$1" "$3" && exit $code`
  const args = [place, `${kibibytes}`, project.store(store), process.execPath, join(repository, "bin/sluice.js")]
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1" }
  for (const name of ["npm_config_user_agent", "FORCE_COLOR", "NODE_OPTIONS"]) delete env[name]
  return new Promise((done) => {
    execFile(
      "unshare",
      ["-rm", "sh", "-c", script, "sh", ...args],
      { cwd: project.project.root, env },
      (error, out, err) => {
        const { root } = project.project
        done({ code: error === null ? 0 : Number(error.code), out: steady(out, root), err: steady(err, root) })
      }
    )
  })
}

/** The space that files below a folder take, in kibibytes: whole pages. */
const spaceOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + Math.ceil(statSync(join(parentPath, name)).size / 4096) * 4, 0)

const objectsIn = (store: string): number =>
  readdirSync(join(project.store(store), "objects"), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.endsWith(".tmp")
  ).length

if (!canMount) console.warn("no file system can be mounted here (unshare -rm): the test of a full disk is left out")

it.skipIf(!canMount)("is told with its place, and what was finished is kept", async () => {
  expect((await runOn(16_384, "whole")).code).toBe(0)
  const whole = project.store("whole")
  const results = ["objects", "actions"].reduce((sum, folder) => sum + spaceOf(join(whole, folder)), 0)
  const { code, out, err } = await runOn(spaceOf(whole) - Math.round(results / 2), "store")
  const file = /<project>\/disk\/\S+/.exec(err)?.[0] ?? ""
  expect(`${err.replace(file, "<file>")}exit ${code}`).toMatchInlineSnapshot(`
    "✗ the disk is full: <file> could not be written  SLUICE_DISK
      → free some space (sluice gc --dry-run shows what can go), then run again: finished work is kept
    exit 1"
  `)
  expect(file).toMatch(/^<project>\/disk\/(objects|actions|runs|leases|work)\//)
  expect(out.slice(0, out.indexOf("\\n"))).toMatch(/^plan of faults: 7 to run/)
  expect(objectsIn("store")).toBeGreaterThan(10)

  cpSync(project.store("store"), project.store("bigger"), { recursive: true })
  const { nodes, outputs } = await project.runInside("bigger")
  expect(Object.fromEntries(Object.entries(outputs!).map(([name, { digest }]) => [name, digest]))).toEqual(cold)
  const reused = nodes!.reduce((sum, { rows }) => sum + rows.reused, 0)
  expect(reused).toBeGreaterThan(0)
  expect(project.problems("bigger")).toEqual([])
  expect(await project.swept("bigger")).toEqual([])
})

it.skipIf(!canMount)("is told wherever it fills up", { timeout: 300_000 }, async () => {
  const codes: Array<number> = []
  for (const kibibytes of [4, 64, 384, 4096]) {
    const { code, err } = await runOn(kibibytes, `store${kibibytes}`)
    codes.push(code)
    if (code !== 0)
      expect(err.replace(/<project>\/disk\S*/, "<file>"), `${kibibytes} KiB`).toMatch(
        /^✗ (fault\.count failed: )?the disk is full: (<file>|the store) could not be written {2}SLUICE_DISK\n {2}→ free some space .*finished work is kept\n$/
      )
    const { outputs } = await project.runInside(`store${kibibytes}`)
    expect(Object.values(outputs!).map(({ digest }) => digest)).toEqual(Object.values(cold))
  }
  expect(new Set(codes)).toEqual(new Set([0, 1]))
})
