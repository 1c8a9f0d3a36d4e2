// The same with many sequences: SEQUENCES=1000 FIRST_SEED=1 npx vitest run test/run/equivalence.long.test.ts
import { describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { runSequence } from "./sequence.ts"

const sequences = Number(process.env["SEQUENCES"] ?? 50)
const first = Number(process.env["FIRST_SEED"] ?? 1000)

describe("many random pipelines under random edits", () => {
  for (let seed = first; seed < first + sequences; seed++)
    it(`seed ${seed}`, { timeout: 600_000 }, async () => {
      using engine = new Engine()
      const size = 3 + (seed % 10)
      expect(await runSequence(engine, { seed, edits: 6, size, programs: seed % 4 })).toEqual([])
    })
})
