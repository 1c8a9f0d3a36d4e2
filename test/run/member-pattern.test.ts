// Globs over members: what lies in an inner archive counts as lying in a folder of its name; what cannot be meant is not opened.
import { expect, test } from "vitest"
import { isMeant, mayHold } from "#src/run/member-pattern.ts"

test.each([
  ["a.jsonl", "*.jsonl", true],
  ["d/a.jsonl", "*.jsonl", false],
  ["d/a.jsonl", "**/*.jsonl", true],
  ["in.zip!a.jsonl", "*.jsonl", false],
  ["in.zip!a.jsonl", "**/*.jsonl", true],
  ["in.zip!d/a.jsonl", "in.zip!d/*.jsonl", true],
  ["in.zip!d/a.jsonl", "in.zip/d/*.jsonl", true],
  ["d/in.tgz!b.zip!a.txt", "d/*!*!*.txt", true],
  ["a.txt", "!(b).txt", true],
  ["b.txt", "!(b).txt", false]
])("%s by %s: %j", (name, pattern, expected) => {
  expect(isMeant(name, [pattern])).toBe(expected)
})

test.each([
  ["in.zip", "**", true],
  ["in.zip", "**/*.jsonl", true],
  ["in.zip", "*.jsonl", false],
  ["in.zip", "in.zip", false],
  ["in.zip", "in.zip!*.jsonl", true],
  ["in.zip", "other/*.jsonl", false],
  ["d/in.zip", "d/**", true],
  ["d/in.zip", "e/**", false],
  ["d/in.zip!b.tar", "d/*.zip!*.tar!a.txt", true],
  ["in.zip", "{in.zip/a,b}.txt", true]
])("%s may hold what %s means: %j", (name, pattern, expected) => {
  expect(mayHold(name, [pattern])).toBe(expected)
  expect(mayHold(name, ["nothing", pattern])).toBe(expected)
})
