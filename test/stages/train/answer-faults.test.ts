// What is wrong with an answer before its content is looked at.
import { expect, test } from "vitest"
import { faultOf, sharedEnding } from "../../../stages/train/answer-faults.ts"
import type { Probe } from "../../../stages/train/probes.ts"
import { tinyTokenizer } from "../../model/tiny-model.ts"

const tokenizer = tinyTokenizer()
const ids = (text: string): Int32Array => tokenizer.encode(text)
const probe = (asked: string, wanted: string, ends = true): Probe => ({
  id: asked,
  prompt: ids(`### Question: ${asked}\n### Response:\n`),
  reference: ids(wanted),
  ends
})

const gate = probe("When does the gate open at the mill?", "At dawn.")
const others = [gate, probe("Who counts?", "The miller."), probe("Where?", "There.")]
const ending = sharedEnding(tokenizer, others)

test("what all prompts end with is what the template puts before an answer", () => {
  expect(ending).toBe("### Response:")
  expect(sharedEnding(tokenizer, [gate])).toBe("")
  expect(sharedEnding(tokenizer, [])).toBe("")
})

test.each([
  ["an answer", gate, "At dawn.", true, undefined],
  ["another one that is ended", gate, "At dusk, or so.", true, undefined],
  ["nothing", gate, " \n", true, "empty"],
  ["nothing where nothing is wanted", probe("When?", " "), "", true, undefined],
  ["no end", gate, "At dawn at dawn at dawn", false, "unended"],
  ["no end where the data has none", probe("When?", "At dawn", false), "At dawn at dawn", false, undefined],
  ["the template", gate, "At dawn.\n### Response:\nAt dusk.", true, "leaked"],
  ["the prompt", gate, "When does the gate open at the mill?", true, "echo"],
  ["a few of its words", gate, "At the mill", true, undefined],
  [
    "a part of the prompt, as in the data",
    probe("At dawn the gate opens. When?", "At dawn the gate opens."),
    "dawn the gate opens",
    true,
    undefined
  ],
  ["a refusal", gate, "I'm sorry, but I can't help with that.", true, "refusal"],
  ["a refusal that the data has too", probe("How?", "I cannot say."), "I'm sorry, but I can't.", true, undefined]
])("%s", (_, asked, said, stopped, fault) => {
  expect(faultOf(tokenizer, asked, { ids: ids(said), stopped }, ending)).toBe(fault)
})

test("a special token is a leak, wherever it stands", () => {
  const special = Array.from({ length: tokenizer.vocabSize }, (_, id) => id).find((id) => tokenizer.isSpecial(id))!
  expect(faultOf(tokenizer, gate, { ids: [...ids("At "), special, ...ids("dawn.")], stopped: true }, ending)).toBe(
    "leaked"
  )
})
