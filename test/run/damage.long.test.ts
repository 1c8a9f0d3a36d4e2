// The same for every object and result of a store: SEED=… npx vitest run --config vitest.long.config.ts test/run/damage
import { afterAll, expect, it } from "vitest"
import { finishedStore, spoilAndRun } from "./damaged-store.ts"
import { Engine } from "./engine.ts"
import { Random } from "./random-numbers.ts"
import { TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1e9))

it(`every file of a finished store, spoilt, is found, rebuilt and told by node (SEED=${seed})`, async () => {
  using temp = new TempRun(engine)
  const store = await finishedStore(temp)
  const random = new Random(seed)
  const became = { rebuilt: 0, unneeded: 0 }
  for (const file of store.files) became[await spoilAndRun(temp, store, file, random)]++
  expect(became.rebuilt).toBeGreaterThan(store.files.length / 2)
})
