// A sample of faults where the replies of a model are kept, each of another kind or at another kind of operation.
import { afterAll, beforeAll, expect, it } from "vitest"
import { Random } from "../run/random-numbers.ts"
import { CallingTrial } from "./calling-trial.ts"
import type { Fault } from "./fault.ts"
import { faultText } from "./trial.ts"

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1e9))
const sampled = 10

let trial: CallingTrial
let faults: ReadonlyArray<Fault>

beforeAll(async () => {
  trial = await CallingTrial.start()
  const random = new Random(seed)
  const kinds = Map.groupBy(await trial.faults(), ({ what, operation }) => `${what} ${operation}`)
  const some = [...kinds.values()]
  faults = Array.from({ length: sampled }, () => {
    const [kind] = some.splice(random.below(some.length), 1)
    return kind![random.below(kind!.length)]!
  })
})
afterAll(() => trial[Symbol.dispose]())

it(`lose no reply that was there (SEED=${seed})`, { timeout: 300_000 }, async () => {
  expect(new Set(faults.map(faultText)).size).toBe(sampled)
  for (const fault of faults) await trial.try(fault)
})
