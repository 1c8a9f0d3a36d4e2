// A sample of faults, on the real command: crashes, a full disk, i/o errors, short writes, each at some file operation.
import { afterAll, beforeAll, expect, it } from "vitest"
import { Random } from "../run/random-numbers.ts"
import type { Fault } from "./fault.ts"
import { FaultyProject } from "./faulty-project.ts"
import { allFaults, coldDigests, faultText, tryCommand } from "./trial.ts"

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1e9))
const sampled = 20
/** Tried at the same time. */
const atOnce = 2

let project: FaultyProject
let cold: object
let faults: ReadonlyArray<Fault>

beforeAll(async () => {
  project = new FaultyProject()
  cold = await coldDigests(project)
  const all = allFaults(await project.counts("counted"))
  const random = new Random(seed)
  faults = Array.from({ length: sampled }, () => all[random.below(all.length)]!)
})
afterAll(() => project[Symbol.dispose]())

it(`end with the same bytes in the next run (SEED=${seed})`, { timeout: 300_000 }, async () => {
  const waiting = [...faults.entries()]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await tryCommand(project, next[1], `store${next[0]}`, cold)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
})

it("are tried at every kind of operation", () => {
  expect(new Set(faults.map(faultText)).size).toBeGreaterThan(sampled / 2)
})
