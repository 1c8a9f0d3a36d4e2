// quality.contamination: a record of every item, counts, digest, and the gate.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { contamination } from "../../../stages/quality/contamination.ts"
import { dataset, runProgram, Scratch } from "../train/program-run.ts"

const texts = [
  "They ask: When does the north-gate of the sluice open? At dawn.",
  "Who keeps it?",
  "The boats wait below the weir until the basin is full and the keeper is back."
]
const questions = [
  ["When does the north gate of the sluice open?", "Who keeps it?", "Nobody has asked this question of anyone before."],
  ["!", "who keeps IT"]
]

const report = async (options: object = {}) => {
  using scratch = new Scratch()
  const run = await runProgram(contamination, {
    options,
    inputs: {
      data: dataset(texts.map((text, i) => ({ id: `t${i}`, row: { text } }))),
      against: questions.map((all, of) => dataset(all.map((question, i) => ({ id: `q${of}${i}`, row: { question } }))))
    },
    out: scratch.next(),
    work: scratch.next()
  })
  const lines = readFileSync(join(run.out, "items.jsonl"), "utf8").trim().split("\n")
  return { ...run, records: lines.map((line) => JSON.parse(line) as { readonly [name: string]: unknown }) }
}

test("each item has a record: the row, the span, how much", async () => {
  const { records, fates } = await report()
  expect(records).toEqual([
    {
      ...{ item: "q00", of: 0, words: 9, method: "probe", contaminated: true, row: "t0", from: 10, to: 53 },
      ...{ span: "When does the north-gate of the sluice open", overlap: 1 }
    },
    {
      ...{ item: "q01", of: 0, words: 3, method: "whole", contaminated: true, row: "t1", from: 0, to: 12 },
      ...{ span: "Who keeps it", overlap: 1 }
    },
    { item: "q02", of: 0, words: 8, method: "probe", contaminated: false },
    { item: "q10", of: 1, words: 0, method: "none", contaminated: false },
    {
      ...{ item: "q11", of: 1, words: 3, method: "whole", contaminated: true, row: "t1", from: 0, to: 12 },
      ...{ span: "Who keeps it", overlap: 1 }
    }
  ])
  expect([...fates.get("data")!.values(), ...fates.get("against")!.values()]).toEqual(Array(8).fill("used"))
})

test("counts", async () => {
  const { data, passed } = await report({ quoted: 1 })
  expect(data).toMatchObject({
    items: 5,
    contaminated: 3,
    share: 0.6,
    byInput: [
      { items: 3, contaminated: 2 },
      { items: 2, contaminated: 1 }
    ],
    lookedForWhole: 2,
    withoutWords: 1,
    texts: 3,
    found: [{ item: "q00", question: "When does the north gate of the sluice open?" }]
  })
  expect(passed).toBeUndefined()
})

test("a gate, where a share is given", async () => {
  expect((await report({ maxContaminated: 0.6 })).passed).toBe(true)
  expect((await report({ maxContaminated: 0.5 })).passed).toBe(false)
})
