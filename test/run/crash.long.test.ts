// The same many times: STOPS=100 npx vitest run test/run/crash.long.test.ts
import { describe, it } from "vitest"
import { stopAndFinish } from "./stopped-run.ts"

const seeds = Array.from({ length: Number(process.env["STOPS"] ?? 20) }, (_, i) => 100 + i)

describe("runs that are stopped again and again", () => {
  it.each(seeds)("by kill -9, seed %i", { timeout: 300_000 }, (seed) => stopAndFinish("SIGKILL", seed, 4))
  it.each(seeds)("by an interrupt, seed %i", { timeout: 300_000 }, (seed) => stopAndFinish("SIGINT", seed, 4))
})
