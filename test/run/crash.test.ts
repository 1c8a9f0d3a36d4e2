// Killed or interrupted at any moment: the next run ends with the same bytes, and the store has nothing wrong.
import { describe, it } from "vitest"
import { stopAndFinish } from "./stopped-run.ts"

describe("a run that is killed", () => {
  it.each([1, 2, 3])("leaves a store that the next run completes (seed %i)", (seed) =>
    stopAndFinish("SIGKILL", seed, 1)
  )
})

describe("a run that is interrupted", () => {
  it.each([11, 12])("leaves a store that the next run completes (seed %i)", (seed) => stopAndFinish("SIGINT", seed, 1))
})
