// A sample of faults where the replies of a model are kept: each kind at each kind of operation once.
import { afterAll, beforeAll, expect, it } from "vitest"
import { Random } from "../run/random-numbers.ts"
import { CallingTrial } from "./calling-trial.ts"
import type { Fault } from "./fault.ts"
import { faultText } from "./trial.ts"

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1e9))

let trial: CallingTrial
let faults: ReadonlyArray<Fault>

beforeAll(async () => {
  trial = await CallingTrial.start()
  const random = new Random(seed)
  const kinds = Map.groupBy(await trial.faults(), ({ what, operation }) => `${what} ${operation}`)
  faults = [...kinds.values()].map((some) => some[random.below(some.length)]!)
})
afterAll(() => trial[Symbol.dispose]())

it(`lose no reply that was there (SEED=${seed})`, { timeout: 300_000 }, async () => {
  expect(faults.map(faultText).length).toBeGreaterThan(10)
  for (const fault of faults) await trial.try(fault)
})
