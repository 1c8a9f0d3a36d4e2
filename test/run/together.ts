// Many processes that run one of two pipelines on one store at the same moment, round after round with other rows.
import { join } from "node:path"
import { expect } from "vitest"
import { Store } from "../../src/store/store.ts"
import { Engine } from "./engine.ts"
import { SharedStore } from "./shared-store.ts"
import { digestsOf } from "./temp-run.ts"

/** Runs the rounds: all end alike, and what runs once across processes was done once. */
export const runTogether = async ({ processes, rounds }: { readonly processes: number; readonly rounds: number }) => {
  using shared = new SharedStore([])
  const engines = Array.from({ length: processes }, () => new Engine())
  try {
    const files = ["one", "two"].map((name) => shared.pipeline(name, { first: 20, together: 2, learn: 5, steps: 3 }))
    for (let round = 0; round < rounds; round++) {
      shared.lines(Array.from({ length: 30 }, (_, i) => `round ${round} line ${(i * 7) % 11} ${i}`))
      const answers = await Promise.all(
        engines.map((engine, i) => engine.run(shared.request(files[i % 2]!, { workers: 1 })))
      )
      // Where a resolve is new, it is called twice more to see whether it has a memory.
      const times = new Map(shared.counts())
      if (round === 0 && times.get("resolve") === 3) times.set("resolve", 1)
      for (const [line, count] of times) if (!line.startsWith("row ")) expect([line, count]).toEqual([line, 1])
      for (const answer of answers) expect(digestsOf(answer)).toEqual(digestsOf(answers[0]!))
    }
    const store = new Store(join(shared.folder, "store"))
    expect(store.check()).toEqual([])
    expect(store.refNames()).toEqual(["one", "two"])
  } finally {
    for (const engine of engines) engine[Symbol.dispose]()
  }
}
