// The same at length: a thousand sequences, an hour on two cores. SEQUENCES, EDITS (of each) and FIRST_SEED choose others.
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { runSequence } from "./sequence.ts"

const sequences = Number(process.env["SEQUENCES"] ?? 1000)
const edits = Number(process.env["EDITS"] ?? 6)
const first = Number(process.env["FIRST_SEED"] ?? 1000)

/** Sequences that one process runs: it keeps every module that it imported. */
const each = 20

let engine: Engine | undefined
afterAll(() => engine?.[Symbol.dispose]())

describe("many random pipelines under random edits", () => {
  for (let seed = first; seed < first + sequences; seed++)
    it(`seed ${seed}`, { timeout: 600_000 }, async () => {
      if ((seed - first) % each === 0) {
        engine?.[Symbol.dispose]()
        engine = new Engine()
      }
      const size = 3 + (seed % 10)
      expect(await runSequence(engine!, { seed, edits, size, programs: seed % 4 })).toEqual([])
    })
})
