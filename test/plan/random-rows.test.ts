// The row counts of plans of random pipelines under random edits keep their word in the run that follows.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import type { NodePlan } from "../../src/graph/plan.ts"
import type { NodeSummary } from "../../src/run/journal.ts"
import { Engine } from "../run/engine.ts"
import { RandomFiles } from "../run/random-files.ts"
import { Random } from "../run/random-numbers.ts"
import { editOptions, randomPipeline } from "../run/random-pipeline.ts"
import { repository, writePipeline } from "../run/sequence.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

/** Node kinds whose rows are computed one by one; of others a plan gives what they read. */
const perRow = new Set(["source", "map", "filter", "expand", "select"])

/** What a run did otherwise than planned. */
const broken = (plan: NodePlan, did: NodeSummary): ReadonlyArray<string> => {
  if (plan.verdict === "hit") return did.verdict === "hit" ? [] : ["it was planned as a hit and ran"]
  if (did.verdict === "hit" || !perRow.has(plan.kind)) return []
  const { new: fresh, reusable, open, atMost } = plan.rows
  const wrong: Array<string> = []
  if (!open && did.rows.computed > fresh) wrong.push(`${did.rows.computed} computed, ${fresh} planned at most`)
  if (!open && !atMost && did.rows.computed < fresh) wrong.push(`${did.rows.computed} computed, ${fresh} planned`)
  if (did.rows.reused < reusable) wrong.push(`${did.rows.reused} reused, ${reusable} planned`)
  return wrong
}

const counted = { known: 0, nodes: 0 }

const check = async (seed: number): Promise<ReadonlyArray<string>> => {
  const random = new Random(seed)
  const folder = mkdtempSync(join(tmpdir(), `sluice-counts-${seed}-`))
  const files = new RandomFiles(folder, random)
  let calls = randomPipeline(random, folder, 6, 0)
  const wrong: Array<string> = []
  for (let step = 0; step <= 3; step++) {
    let edit = "nothing"
    if (step > 0 && random.chance(0.3)) {
      calls = editOptions(random, calls)
      edit = "options"
    } else if (step > 0) edit = files.edit()
    const request = { root: repository, storeRoot: join(folder, "store"), workers: 1, rows: false }
    const file = writePipeline(folder, `step${step}`, calls)
    const { plan, error } = await engine.ask({ ...request, file, plan: true })
    const { nodes, error: failed } = await engine.ask({ ...request, file })
    if (error !== undefined || failed !== undefined) break
    for (const [at, planned] of plan!.entries()) {
      for (const text of broken(planned, nodes![at]!))
        wrong.push(`seed ${seed}, step ${step} (${edit}), ${planned.name}: ${text}`)
      if (planned.verdict === "hit") continue
      counted.nodes++
      if (!planned.rows.open) counted.known++
    }
  }
  rmSync(folder, { recursive: true })
  return wrong
}

describe("the rows of a plan", () => {
  for (let seed = 101; seed <= 112; seed++)
    it(`seed ${seed}`, async () => {
      expect(await check(seed)).toEqual([])
    })

  it("are known in most nodes that run", () => {
    expect(counted.nodes).toBeGreaterThan(20)
    expect(counted.known / counted.nodes).toBeGreaterThan(0.3)
  })
})
