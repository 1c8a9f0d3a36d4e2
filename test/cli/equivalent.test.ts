// equivalent as a user types it: a refactoring accepted, listed, edited further, and revoked.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { makeNotes } from "./notes.ts"
import type { TestProject } from "./project.ts"

let project: TestProject
let original = ""

beforeAll(async () => {
  project = makeNotes()
  original = readFileSync(join(project.root, "pipelines/stages.ts"), "utf8")
  await project.raw("run", "notes", "--workers", "1")
})
afterAll(() => project.close())

const write = (...edits: ReadonlyArray<readonly [from: string, to: string]>) => {
  let text = original
  for (const [from, to] of edits) {
    expect(text).toContain(from)
    text = text.replace(from, to)
  }
  project.write("pipelines/stages.ts", text)
}

const refactored = ['text.split(" ").length', "text.split(/ /).length"] as const
/** The line of notes.short in a plan. */
const third = (text: string) => text.split("\n")[3]!.replace(/\(\S+, \d{4}-\d\d-\d\d\)/g, "(<user>, <day>)")
const plan = () => project.told("plan", "notes", "--workers", "1")

/** Names what a program under test is by whom. */
const told = async (...args: ReadonlyArray<string>) =>
  (await project.told("equivalent", "notes", ...args))
    .replace(/\((\S+), \d{4}-\d\d-\d\d\)/g, "(<user>, <day>)")
    .replace(/by \S+, \d{4}-\d\d-\d\d/g, "by <user>, <day>")

it("refuses where no code changed", async () => {
  expect(await told("notes.short", "--because", "nothing happened")).toMatchInlineSnapshot(`
    "✗ the code of notes.short is what the last run used: there is nothing to accept  SLUICE_BAD_OPTION
      → sluice why notes notes.short says what it is made of
    exit 1"
  `)
  expect(await told("notes.short")).toMatchInlineSnapshot(`
    "✗ sluice equivalent takes one of --because, --revoke and --list  SLUICE_BAD_OPTION
      → sluice equivalent PIPELINE NODE --because "why the results stay the same"
    exit 1"
  `)
  expect(await told("--list")).toMatchInlineSnapshot(`
    "nothing is accepted as equivalent in notes
    exit 0"
  `)
  expect(await told("notes.short", "--revoke")).toMatchInlineSnapshot(`
    "✗ nothing is accepted as equivalent for notes.short  SLUICE_UNKNOWN
      → sluice equivalent notes --list shows what is
    exit 1"
  `)
})

it("makes the node and all below it a hit", async () => {
  write(refactored)
  expect(third(await plan())).toMatchInlineSnapshot(
    `"  notes.short  run  1 of 1  5 new  <forecast>  changed function short.measure in pipelines/stages.ts"`
  )
  expect(await told("notes.short", "--because", "the same split")).toMatchInlineSnapshot(`
    "notes.short: its code is accepted as equivalent to that of the last run
      changed function short.measure in pipelines/stages.ts
      measure: <short> → <short>
      for this change of the stage notes.short alone; sluice equivalent notes notes.short --revoke takes it back
    exit 0"
  `)
  expect((await plan()).replace(/\(\S+, \d{4}-\d\d-\d\d\)/g, "(<user>, <day>)")).toMatchInlineSnapshot(`
    "plan of notes: 7 hits
      node          verdict  partitions  rows  because
      ingest.jsonl  hit               1     5  unchanged
      notes.short   hit               1     5  unchanged; accepted as equivalent: the same split (<user>, <day>)
      notes.upper   hit               1     3  unchanged
      dedup.exact   hit               2     3  unchanged
      notes.words   hit               1     2  unchanged
      notes.learn   hit               1    12  unchanged
      notes.judge   hit               1        unchanged
    exit 0"
  `)
  const [account] = await project.json("why", "notes", "notes.short", "--workers", "1")
  expect(account.verdict).toBe("hit")
  expect(account.causes).toEqual([
    { cause: "equivalent", because: "the same split", by: expect.any(String), at: expect.any(String) }
  ])
})

it("is told in the list and in the report", async () => {
  expect(await told("--list")).toMatchInlineSnapshot(`
    "notes.short: the same split
      accepted by <user>, <day>
      changed function short.measure in pipelines/stages.ts
      measure: <short> → <short>
    exit 0"
  `)
  const [one] = await project.json("equivalent", "notes", "--list")
  expect(Object.keys(one)).toEqual(["id", "pipeline", "node", "stage", "functions", "changes", "because", "by", "at"])
  await project.raw("run", "notes", "--workers", "1", "--set", "notes.short.minWords=2")
  const page = readFileSync(join(project.root, ".sluice/reports/notes.html"), "utf8")
  expect(page).toContain("the same split")
})

it("holds for no other edit", async () => {
  write(['text.split(" ").length', "text.split(/ +/).length"])
  expect(third(await plan())).toMatchInlineSnapshot(
    `"  notes.short  run  1 of 1  5 new  <forecast>  minWords 2 → 3; changed function short.measure in pipelines/stages.ts"`
  )
  write(refactored, ["words < minWords", "words <= minWords"])
  expect(third(await plan())).toMatchInlineSnapshot(
    `"  notes.short  run  1 of 1  0 new, 5 reused  <forecast>  minWords 2 → 3; changed function short.decide in pipelines/stages.ts; accepted as equivalent: the same split (<user>, <day>)"`
  )
})

it("is taken back, and nothing rests on it any more", async () => {
  write(refactored)
  expect(await told("notes.short", "--revoke")).toMatchInlineSnapshot(`
    "notes.short: no longer accepted as equivalent
      the same split (<user>, <day>)
      runs have begun since: results of the code before it are no longer trusted either
    exit 0"
  `)
  expect(third(await plan())).toMatchInlineSnapshot(
    `"  notes.short  run  1 of 1  5 new  <forecast>  no longer accepted as equivalent: the same split (<user>, <day>); minWords 2 → 3"`
  )
  write()
  expect(third(await plan())).toMatchInlineSnapshot(
    `"  notes.short  run  1 of 1  5 new  <forecast>  minWords 2 → 3; changed function short.measure in pipelines/stages.ts"`
  )
  const events = await project.json("run", "notes", "--workers", "1")
  expect(events.at(-1).nodes[1].rows.computed).toBe(5)
  expect((await plan()).split("\n")[0]).toBe("plan of notes: 7 hits")
  expect(await told("--list")).toMatchInlineSnapshot(`
    "notes.short: the same split
      accepted by <user>, <day>; revoked by <user>, <day>
      changed function short.measure in pipelines/stages.ts
      measure: <short> → <short>
    exit 0"
  `)
})
