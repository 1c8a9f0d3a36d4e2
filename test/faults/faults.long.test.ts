// Every fault at every file operation. FAULTS=kill,torn and EVERY=10 take some of them.
import { afterAll, beforeAll, expect, it } from "vitest"
import type { Fault, What } from "./fault.ts"
import { FaultyProject } from "./faulty-project.ts"
import { allFaults, coldDigests, faultText, tryCommand, tryInside, whats } from "./trial.ts"

const wanted = process.env["FAULTS"]?.split(",") ?? whats
const every = Number(process.env["EVERY"] ?? 1)
/** Tried at the same time. */
const atOnce = 2

let project: FaultyProject
let cold: object
let faults: ReadonlyArray<Fault>

beforeAll(async () => {
  project = new FaultyProject()
  cold = await coldDigests(project)
  faults = allFaults(await project.counts("counted"))
})
afterAll(() => project[Symbol.dispose]())

/** Those that end the process need one each; the others can be tried in one that is kept. */
const tryIt = ({ what }: Fault) => (what === "kill" || what === "torn" ? tryCommand : tryInside)

it.each(whats.filter((what) => wanted.includes(what)))("%s", { timeout: 7_200_000 }, async (what: What) => {
  const waiting = faults.filter((fault) => fault.what === what).filter((_, i) => i % every === 0)
  expect(waiting.length).toBeGreaterThan(10)
  const wrong: Array<string> = []
  let n = 0
  const work = async () => {
    for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift())
      try {
        await tryIt(fault)(project, fault, `store-${what}${n++}`, cold)
      } catch (cause) {
        wrong.push(`${faultText(fault)}: ${(cause as Error).message}`)
      }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  expect(wrong).toEqual([])
})
