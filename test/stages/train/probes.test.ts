// Which prompts a tuned model is tried on, and what the data's answers to them are.
import { expect, test } from "vitest"
import { answerRoom, chooseProbes } from "../../../stages/train/probes.ts"
import type { Example } from "../../../stages/train/training.ts"
import { tinyModel } from "../../model/tiny-model.ts"

const model = { ...tinyModel(), config: { ...tinyModel().config, eosIds: [9], maxPositions: 128 } }
const example = (id: string, ids: ReadonlyArray<number>, mask: ReadonlyArray<number>): Example => ({
  id,
  content: id,
  sequence: { rowId: id, ids: Int32Array.from(ids), mask: Uint8Array.from(mask) }
})
const shown = (examples: ReadonlyArray<Example>, count = 8) =>
  chooseProbes(model, examples, count, 0).map(({ id, prompt, reference, ends }) => [
    id,
    [...prompt],
    [...reference],
    ends
  ])

test.each([
  ["up to the first answer's end", [1, 2, 3, 4, 9], [0, 0, 1, 1, 1], [[1, 2], [3, 4], true]],
  ["what stands behind the end is none of it", [1, 2, 3, 9, 5], [0, 0, 1, 1, 1], [[1, 2], [3], true]],
  ["several turns: the first", [1, 3, 9, 2, 4, 9], [0, 1, 1, 0, 1, 1], [[1], [3], true]],
  ["an answer that was cut", [1, 2, 3, 4], [0, 0, 1, 1], [[1, 2], [3, 4], false]]
])("%s", (_, ids, mask, expected) => {
  expect(shown([example("a", ids, mask)])).toEqual([["a", ...expected]])
})

test("plain text, of which all is supervised, has no prompt; rows that are left out have no tokens", () => {
  expect(shown([example("a", [1, 2], [1, 1]), example("b", [1, 2], [0, 0]), { id: "c", content: "" }])).toEqual([])
})

test("different prompts at equal distances, that leave room for an answer", () => {
  const many = Array.from({ length: 20 }, (_, at) => example(`r${at}`, [at % 10, 3, 9], [0, 1, 1]))
  expect(shown(many, 4).map(([id]) => id)).toEqual(["r0", "r2", "r5", "r7"])
  expect(shown(many, 99)).toHaveLength(10)
  expect(shown(many, 0)).toEqual([])
  const long = example("long", Array<number>(120).fill(1), [...Array<number>(119).fill(0), 1])
  expect(shown([long, many[0]!]).map(([id]) => id)).toEqual(["r0"])
})

test("an answer may be half as long again as the longest of the data, and 96 tokens", () => {
  const of = (length: number) =>
    answerRoom(
      chooseProbes(
        model,
        [example("a", [1, ...Array<number>(length).fill(2)], [0, ...Array<number>(length).fill(1)])],
        1,
        0
      )
    )
  expect([of(1), of(10), of(90)]).toEqual([10, 23, 96])
})

test("an answer has room however many rows there are", () => {
  const [probe] = chooseProbes(model, [example("a", [1, 2, 3, 4, 9], [0, 0, 1, 1, 1])], 1, 0)
  expect(answerRoom(Array.from({ length: 200_000 }, () => probe!))).toBe(answerRoom([probe!]))
})
