// A training that a full disk or kill -9 interrupts in a step or in a checkpoint: the next run goes on and ends with the same bytes.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { digestsOf } from "../run/temp-run.ts"
import type { Operation, Place, What } from "./fault.ts"
import { FaultyProject } from "./faulty-project.ts"
import { coldDigests, faultText } from "./trial.ts"

let project: FaultyProject
let mixed: FaultyProject
let cold: object
/** What the training does on the disk for the checkpoint of its fourth step, in order. */
let places: ReadonlyArray<Place>

beforeAll(async () => {
  project = new FaultyProject("training")
  mixed = new FaultyProject("mixed-training")
  cold = await coldDigests(project)
  places = await project.operationsOn("counted", "program", /\/checkpoints\/\.?step-00000004/)
}, 120_000)
afterAll(() => {
  project[Symbol.dispose]()
  mixed[Symbol.dispose]()
})

/** Steps whose loss a run under `--json` told. */
const stepsOf = (out: string): ReadonlyArray<number> =>
  out
    .split("\n")
    .filter((line) => line.includes('"name":"loss"'))
    .map((line) => JSON.parse(line).step as number)

/** Runs again, which takes up the training behind the steps that a checkpoint keeps, and compares all that came out. */
const resumes = async (store: string, from: number): Promise<void> => {
  const { code, err, out } = await project.run(store, undefined, "--json")
  expect([code, err], store).toEqual([0, ""])
  expect(stepsOf(out), store).toEqual([1, 2, 3, 4, 5, 6].slice(from))
  const { error, ...answer } = await project.runInside(store)
  expect(error).toBeUndefined()
  expect(digestsOf(answer as never), store).toEqual(cold)
  expect(project.problems(store), store).toEqual([])
  expect(await project.swept(store), store).toEqual([])
}

const middle = (operation: Operation): Place => {
  const found = places.filter((place) => place.operation === operation)
  return found[Math.floor(found.length / 2)]!
}

it("writes a checkpoint by each of these", () => {
  const kinds = new Set(places.map(({ operation }) => operation))
  expect(kinds).toEqual(new Set(["mkdir", "create", "write", "close", "remove", "rename"]))
})

it.each<[What, Operation]>([
  ["full", "mkdir"],
  ["full", "create"],
  ["full", "write"],
  ["broken", "rename"]
])(
  "%s at a %s of a checkpoint is one error, and the run after it goes on",
  { timeout: 120_000 },
  async (what, operation) => {
    const fault = { what, ...middle(operation) }
    const store = `${what}-${operation}`
    const { code, err, happened } = await project.run(store, fault)
    expect([code, happened], faultText(fault)).toEqual([1, true])
    const [line, hint, ...rest] = err.split("\n")
    const cause =
      what === "full" ? /the disk is full: <project>\/\S+ could not be written/ : /could not be read or written \(EIO\)/
    // Which of the two meets the full disk first, the program or the journal of its progress, is chance.
    expect(line).toMatch(/^✗ (train\.base failed: )?.* {2}SLUICE_DISK$/)
    expect(line).toMatch(cause)
    expect(hint).toMatch(/^ {2}→ .*then run again: finished work is kept$/)
    expect(rest).toEqual([""])
    await resumes(store, 2)
  }
)

it.each<[What, Operation]>([
  ["kill", "create"],
  ["torn", "write"],
  ["kill", "rename"]
])("%s at a %s of a checkpoint loses no step that was kept", { timeout: 120_000 }, async (what, operation) => {
  const fault = { what, ...middle(operation) }
  const store = `${what}-${operation}`
  const { signal, happened } = await project.run(store, fault)
  expect([signal, happened], faultText(fault)).toEqual(["SIGKILL", true])
  await resumes(store, 2)
})

it.each(["f32", "f16"])(
  "kill -9 in the middle of a step goes on behind the last checkpoint, in %s",
  {
    timeout: 120_000
  },
  async (precision) => {
    const killed = precision === "f16" ? mixed : project
    const whole = precision === "f16" ? await coldDigests(mixed) : cold
    const command = join(resolve(import.meta.dirname, "../.."), "bin/sluice.js")
    const store = killed.store("step")
    const args = [command, "run", "faults", "--json", "--workers", "1", "--store", store]
    const { NODE_OPTIONS: _, ...env } = process.env
    const started = spawn(process.execPath, args, {
      cwd: killed.project.root,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "ignore"]
    })
    let said = ""
    started.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString()
      if (stepsOf(said.slice(0, said.lastIndexOf("\n"))).includes(3)) process.kill(-started.pid!, "SIGKILL")
    })
    const [, signal] = await once(started, "close")
    expect(signal).toBe("SIGKILL")
    const { code, out } = await killed.run("step", undefined, "--json")
    expect(code).toBe(0)
    const steps = stepsOf(out)
    expect(steps).toEqual([1, 2, 3, 4, 5, 6].slice(6 - steps.length))
    expect([2, 4, 6]).toContain(6 - steps.length)
    expect(digestsOf((await killed.runInside("step")) as never)).toEqual(whole)
  }
)
