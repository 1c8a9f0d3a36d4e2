// synth.questions: each pattern, and that everything it writes is grounded.
import { existsSync, globSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { countWords } from "#sluice/text"
import { documents } from "../../../stages/ingest/documents.ts"
import { chunk } from "../../../stages/synth/chunk.ts"
import { grounded } from "../../../stages/synth/grounded.ts"
import { questions } from "../../../stages/synth/questions.ts"
import type { Apply, Filter, Source } from "../declared.ts"

const stage = questions.declaration as Apply
const judge = grounded.declaration as Filter
interface Question {
  readonly question: string
  readonly answer: string
  readonly quote: string
}
const ask = (text: string, heading = "", perChunk = 9) =>
  stage.apply({ chunk: text, heading }, { perChunk }) as ReadonlyArray<Question> | string
const pairs = (text: string, heading = "") => {
  const found = ask(text, heading)
  return typeof found === "string" ? found : found.map(({ question, answer }) => `${question} ${answer}`)
}

test.each([
  [
    "A shard is a part of an index that lives on one machine.",
    "",
    ["What is a shard? A part of an index that lives on one machine"]
  ],
  [
    "If the lock file is missing, the command exits with an error.",
    "",
    ["What happens if the lock file is missing? The command exits with an error."]
  ],
  [
    "If you need the old layout, use `--legacy` instead.",
    "",
    ["What should you do if you need the old layout? Use `--legacy` instead."]
  ],
  [
    "Use `frob --fast` to polish all widgets of a box.",
    "",
    ["How can you polish all widgets of a box? Use `frob --fast`"]
  ],
  [
    "`frob()` returns the number of polished widgets.",
    "",
    ["What does `frob()` return? The number of polished widgets"]
  ],
  ["This command removes old files from the cache.", "frob", ["What does `frob` remove? old files from the cache"]],
  [
    "* `--fast`: Polish without a second look. Be careful.",
    "frob > Options",
    ["What does the `--fast` flag do? Polish without a second look."]
  ],
  ["Polish a widget", "frob", ["What does `frob` do? Polish a widget"]],
  [
    "Widgets shine when they are polished daily.",
    "Care > Why polish?",
    ["Why polish? Widgets shine when they are polished daily."]
  ],
  [
    "```\nfrob <widget>\n\nalias: fr\n```",
    "frob > Synopsis",
    ["Which aliases does `frob` have? fr", "How is `frob` called on the command line? frob <widget>"]
  ],
  ["Polish every widget in a box:\n\n```\nfrob --all box\n```", "", "no-question"],
  [
    "List every widget in a box:\n\n```\nfrob --list box\n```",
    "",
    ["How do you list every widget in a box? frob --list box"]
  ],
  ["| Name | Description |\n| --- | --- |\n| `a` | The first letter |", "", ["What does `a` do? The first letter"]],
  ["It is a thing. This is the end.", "", "no-question"],
  ["", "", "no-question"]
])("%j below %j", (text, heading, expected) => {
  expect(pairs(text, heading)).toEqual(expected)
})

test("an option's section", () => {
  const text =
    '* Default: "hoisted"\n* Type: "hoisted" or "nested"\n* DEPRECATED: Use `--layout` instead.\n\nSets the strategy for installing packages. If set to "nested", nothing is hoisted.'
  expect(pairs(text, "npm-ci > Configuration > install-strategy")).toMatchInlineSnapshot(`
    [
      "Which value does \`install-strategy\` have by default? "hoisted"",
      "What type of value does \`install-strategy\` take? "hoisted" or "nested"",
      "Why should \`install-strategy\` no longer be used? Use \`--layout\` instead",
      "What is the effect of \`install-strategy\`? Sets the strategy for installing packages.",
      "What happens if \`install-strategy\` is set to "nested"? nothing is hoisted.",
    ]
  `)
})

test("kinds take turns, and there are at most perChunk", () => {
  const text =
    "A shard is a part of an index here. A node is a machine of the cluster. If a node fails, its shards move to other nodes."
  expect((ask(text, "", 2) as ReadonlyArray<Question>).map(({ question }) => question)).toEqual([
    "What is a shard?",
    "What happens if a node fails?"
  ])
})

test("everything written about real documentation is grounded and short", async ({ skip }) => {
  const root = new URL("../../../", import.meta.url).pathname
  const files = globSync("node_modules/npm/{docs/content/**/*.md,docs/output/using-npm/*.html,man/man7/*.7}", {
    cwd: root
  }).sort()
  skip(!existsSync(`${root}node_modules/npm/docs`), "the npm package is not installed")
  let count = 0
  const distinct = new Set<string>()
  for (const file of files) {
    const row = await (documents.declaration as Source).parse(readFileSync(root + file), { charset: "detect" }, file)
    const chunks = (chunk.declaration as Apply).apply(row, { maxTokens: 200, overlap: 0 }) as ReadonlyArray<{
      chunk: string
      heading: string
    }>
    for (const piece of chunks) {
      expect(row.text).toContain(piece.chunk)
      const found = ask(piece.chunk, piece.heading, 3)
      if (typeof found === "string") continue
      for (const one of found) {
        expect(judge.decide({ ...piece, ...one }, {}), JSON.stringify(one)).toBe("")
        expect(countWords(one.answer)).toBeLessThanOrEqual(40)
        distinct.add(one.question)
        count++
      }
    }
  }
  expect(files.length).toBeGreaterThan(100)
  expect(count).toBeGreaterThan(2000)
  expect(distinct.size).toBeGreaterThan(900)
})
