// synth.grounded and synth.toChat.
import { expect, test } from "vitest"
import { grounded } from "../../../stages/synth/grounded.ts"
import { toChat } from "../../../stages/synth/to-chat.ts"
import type { Apply, Filter } from "../declared.ts"

const judge = grounded.declaration as Filter
const chunk = "A shard is a part of an index. It moves."

const cases: ReadonlyArray<readonly [quote: string, answer: string, reason: string]> = [
  ["A shard is a part of an index.", "A part of an index", ""],
  ["A shard is a part of an index.", "a PART", ""],
  ["A shard is a part", "part of an index", "answer-not-in-quote"],
  ["A shard is a part", "part part", "answer-not-in-quote"],
  ["a shard is a part", "part", "quote-not-in-chunk"],
  ["", "part", "quote-not-in-chunk"],
  ["A shard", "?!", "no-answer"],
  ["A shard", "", "no-answer"]
]

test.each(cases)("%j proves %j", (quote, answer, reason) => {
  expect(judge.decide({ chunk, quote, answer }, {})).toBe(reason)
})

test("every reason occurs", () => {
  expect(new Set(cases.map(([, , reason]) => reason).filter((reason) => reason !== ""))).toEqual(new Set(judge.reasons))
})

const { apply } = toChat.declaration as Apply

test("a chat has the question and the answer, below a system message where there is one", () => {
  const turns = [
    { role: "user", content: "q?" },
    { role: "assistant", content: "a" }
  ]
  expect(apply({ question: "q?", answer: "a" }, { system: undefined })).toEqual({ messages: turns })
  expect(apply({ question: "q?", answer: "a" }, { system: "s" })).toEqual({
    messages: [{ role: "system", content: "s" }, ...turns]
  })
})
