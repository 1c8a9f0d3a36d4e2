// A run that is stopped at a random moment, once or several times, and then run to its end.
import { expect } from "vitest"
import { Engine } from "./engine.ts"
import { Random } from "./random-numbers.ts"
import { repository } from "./sequence.ts"
import { digestsOf, TempRun } from "./temp-run.ts"

const pipeline = (temp: TempRun) => [
  temp.source("lines", { partitionBytes: 150 }),
  ...temp.chain(["slow", { milliseconds: 8 }], "long", "distinct", "words", "groups").slice(1),
  { id: "learn", stage: "learn", from: ["words"], options: {} }
]

const lines = Array.from({ length: 40 }, (_, i) => `line ${i % 29} with ${i} words`)

/** Starts a run in a process of its own, ends that process after some events, and runs to the end in another. */
export const stopAndFinish = async (signal: "SIGKILL" | "SIGINT", seed: number, times: number) => {
  const random = new Random(seed)
  using other = new Engine()
  using temp = new TempRun(other)
  temp.lines("a.txt", lines)
  const calls = pipeline(temp)
  let stopped = 0
  for (let time = 0; time < times; time++) {
    using victim = new Engine()
    const stop = { signal, after: random.between(1, 14), milliseconds: random.below(30) }
    const request = { root: repository, storeRoot: temp.path("store"), file: temp.pipeline(calls), stop }
    const ended = await victim.ask({ ...request, rows: false }).then(
      (answer) => answer.error?.message ?? "done",
      () => "killed"
    )
    if (ended !== "done") stopped++
  }
  expect(stopped).toBeGreaterThan(0)
  const run = await temp.run(calls)
  expect(run.damage).toEqual([])
  expect(digestsOf(run)).toEqual(await temp.cold(calls))
}
