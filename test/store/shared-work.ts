// Several processes told to do the same pieces of work at once, some of them killed on the way.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { expect } from "vitest"
import { Store } from "../../src/store/store.ts"
import { LeaseProcess } from "./lease-process.ts"

export interface SharedWork {
  readonly processes: number
  readonly rounds: number
  readonly pieces: number
  /** Processes killed in each round; a piece may be begun once more for each. */
  readonly kills: number
}

/** Runs the rounds; every piece must be published, and begun once, or once more where its worker may have been killed. */
export const shareWork = async (root: string, { processes, rounds, pieces, kills }: SharedWork) => {
  const store = new Store(root)
  const log = join(root, "log.txt")
  const workers = Array.from({ length: processes }, (_, i) => new LeaseProcess(root, `worker ${i}`))
  try {
    for (let round = 0; round < rounds; round++) {
      const keys = Array.from({ length: pieces }, (_, i) => `${round}.${i}`.padEnd(64, "0"))
      const turned = workers.map((_, i) => [...keys.slice(i % pieces), ...keys.slice(0, i % pieces)])
      const asked = workers.map((worker, i) => worker.ask({ do: "work", keys: turned[i]!, log }))
      const doomed = new Set(workers.slice(0, kills))
      for (const worker of doomed) {
        await sleep(3)
        await worker.kill()
      }
      await Promise.all(asked.filter((_, i) => !doomed.has(workers[i]!)))
      for (const [i, worker] of workers.entries())
        if (doomed.has(worker)) workers[i] = new LeaseProcess(root, `worker ${i} again`)
      const begun = Map.groupBy(readFileSync(log, "utf8").trim().split("\n"), (key) => key)
      for (const key of keys) expect(store.action(key), key).toHaveProperty("by")
      const times = keys.map((key) => begun.get(key)!.length)
      if (kills === 0) expect(times).toEqual(keys.map(() => 1))
      expect(times.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(pieces + kills)
    }
    expect(store.check()).toEqual([])
  } finally {
    for (const worker of workers) worker[Symbol.dispose]()
  }
}
