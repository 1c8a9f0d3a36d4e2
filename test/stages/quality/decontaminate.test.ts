// quality.decontaminate: shared n-grams, short items, several tests.
import { expect, test } from "vitest"
import { decontaminate } from "../../../stages/quality/decontaminate.ts"
import { decodedDefaults, resolved, type Select } from "../declared.ts"

const select = decontaminate.declaration as Select
const prepared = (texts: ReadonlyArray<string>, ngram = 8) =>
  texts.map((by) => select.prepare({ by }, { by: "question", ngram }))
const dropped = (train: ReadonlyArray<string>, tests: ReadonlyArray<ReadonlyArray<string>>, ngram = 8) =>
  resolved(select, prepared(train, ngram), { ngram }, { against: tests.map((test) => prepared(test, ngram)) }).map(
    ({ row }) => row
  )

const nine = "what does the save exact flag of npm do"

test("a shared n-gram drops the row, whatever its case and marks", () => {
  expect(dropped([`Well: What does the --save-exact flag of NPM do?`, "something else entirely"], [[nine]])).toEqual([
    0
  ])
})

test("seven words in common are not eight", () => {
  expect(dropped(["so does the save exact flag of npm really"], [[nine]])).toEqual([])
  expect(dropped(["so does the save exact flag of npm do"], [[nine]])).toEqual([0])
})

test("short items match whole rows only", () => {
  expect(dropped(["What is npm?", "Tell me: what is npm?", "what is"], [["what is npm"]])).toEqual([0])
})

test("several tests, empty ones, empty rows", () => {
  expect(dropped(["", "alpha", "beta"], [[], ["beta"], ["alpha", ""]])).toEqual([1, 2])
})

test("reasons", () => {
  expect(resolved(select, prepared(["a"]), {}, { against: [prepared(["a"])] })).toEqual([
    { row: 0, reason: "contaminated" }
  ])
  expect(select.reasons).toEqual(["contaminated"])
})

const probed = (texts: ReadonlyArray<string>) => texts.map((by) => select.prepare({ by }, { method: "probe" }))
const probeDefaults = decodedDefaults(select.options)
const droppedByProbe = (train: ReadonlyArray<string>, tests: ReadonlyArray<ReadonlyArray<string>>) =>
  resolved(select, probed(train), { ...probeDefaults, method: "probe" }, { against: tests.map(probed) }).map(
    ({ row }) => row
  )

test("probed: a shared phrase drops no row, an item within other words does", () => {
  const phrase = "what does the save exact flag of npm do when it is given twice on one line"
  const train = [
    `So: ${phrase}? It is ignored.`,
    "what does the save exact flag of npm do for pnpm",
    "who is it",
    "Who?"
  ]
  expect(droppedByProbe(train, [[phrase, "who"], []])).toEqual([0, 3])
})
