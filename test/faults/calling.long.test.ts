// Every fault at every file operation on the replies of a model. FAULTS=kill,torn and EVERY=10 take some of them.
import { expect, it } from "vitest"
import { CallingTrial } from "./calling-trial.ts"
import { whats } from "./trial.ts"

const wanted = process.env["FAULTS"]?.split(",") ?? whats
const every = Number(process.env["EVERY"] ?? 1)

it("no reply that was there is lost", { timeout: 7_200_000 }, async () => {
  using trial = await CallingTrial.start()
  const faults = (await trial.faults()).filter(({ what }) => wanted.includes(what)).filter((_, i) => i % every === 0)
  expect(faults.length).toBeGreaterThan(10)
  const wrong: Array<string> = []
  for (const fault of faults) await trial.try(fault).catch((cause: Error) => wrong.push(cause.message))
  expect(wrong).toEqual([])
})
