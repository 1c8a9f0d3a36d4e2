// Many rounds of many runs at once, and of processes that share work while some are killed.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { shareWork } from "../store/shared-work.ts"
import { runTogether } from "./together.ts"

it("eight runs at once for fifty rounds do programs, resolves and groups once", () =>
  runTogether({ processes: 8, rounds: 50 }))

it.each([0, 3])("eight processes share work for fifty rounds, %i of them killed in each", async (kills) => {
  const root = mkdtempSync(join(tmpdir(), "sluice-lease-"))
  await shareWork(root, { processes: 8, rounds: 50, pieces: 8, kills })
  rmSync(root, { recursive: true })
  expect(kills).toBeLessThan(8)
})
