// What the command says where several work on one store: a run that waits for another's model, a gc that gives way.
import { once } from "node:events"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { makeFaultyNotes } from "./faulty-notes.ts"
import { steady, type TestProject } from "./project.ts"

let project: TestProject
beforeAll(() => {
  project = makeFaultyNotes()
  project.write("data/a.jsonl", '{"id":"n1","text":"ash"}\n{"id":"n2","text":"elm"}\n')
})
afterAll(() => project.close())

const told = (text: string) =>
  steady(text, project.root)
    .replace(/process \d+ on \S+\)/g, "process <pid> on <host>)")
    .replace(/process \d+/g, "process <pid>")

it("waits for the model that another run makes, and takes it; gc gives way to both", async () => {
  const args = ["run", "strict", "--workers", "1", "--set", "notes.slow.seconds=4"]
  const first = project.start(...args)
  const ended = once(first, "exit")
  const scratch = join(project.root, ".sluice", "work")
  while (!existsSync(scratch) || readdirSync(scratch).length === 0) await new Promise((done) => setTimeout(done, 50))
  const second = project.raw(...args)
  expect(told(await project.told("gc"))).toMatchInlineSnapshot(`
    "✗ <run> (process <pid>) is at work in this store  SLUICE_BUSY
      → wait until it ends; sluice gc --dry-run says what would go
    exit 1"
  `)
  const dry = await project.told("gc", "--dry-run", "--keep", "0")
  // The waiting run writes its journal and lease meanwhile.
  expect(told(dry).replace(/: \d+ files/, ": <n> files")).toMatchInlineSnapshot(`
    "! run <run> is at work: nothing goes before it ends
    ! run <run> is at work: nothing goes before it ends
    nothing can go: <n> files,  <size> are in use
    exit 0"
  `)
  expect(told((await project.told("runs")).replace(/ {2,}/g, "  "))).toContain("<run>  strict  running")
  const { out, err } = await second
  expect(told(out + err).replace(/ {2,}/g, "  ")).toMatchInlineSnapshot(`
    "plan of strict: 2 hits, 1 to run
      node  verdict  partitions  rows  because
      ingest.jsonl  hit  1  2  unchanged
      notes.strict  hit  1  2  unchanged
      notes.slow  run  1 of 1  2 new  it has not run before

    … notes.slow waits for run <run> (process <pid> on <host>)
    ✓ notes.slow · 2 in · 2 out · 0 computed, 2 reused · made by run <run> meanwhile
      node  in  out  dropped  merged  computed  reused  time  reasons
      ingest.jsonl  hit  2  2
      notes.strict  hit  2  2
      notes.slow  hit  2  2

    outputs
      notes  dataset  <short>  2 rows
      model  model  <short>  .sluice/folders/<digest>

    report: .sluice/reports/strict.html

    done in  <s>. Try next:
      sluice show strict notes
      sluice trace strict <short>
      sluice drops strict
    "
  `)
  expect(await ended).toEqual([0, null])
  expect((await project.told("gc")).split(" ").slice(0, 3)).toEqual(["nothing", "can", "go:"])
})
