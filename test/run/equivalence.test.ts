// After every edit of a random pipeline the run from earlier work equals a run from nothing, and computes no row too many.
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { runSequence } from "./sequence.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

describe("a random pipeline under random edits", () => {
  for (let seed = 1; seed <= 50; seed++)
    it(`seed ${seed}`, async () => {
      const programs = seed % 5 === 0 ? 2 : 0
      expect(await runSequence(engine, { seed, edits: 2, size: 3 + (seed % 5), programs })).toEqual([])
    })
})
