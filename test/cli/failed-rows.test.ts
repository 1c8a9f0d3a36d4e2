// What the command says of rows that fail and of threads that die.
import { afterAll, beforeAll, expect, it } from "vitest"
import { makeFaultyNotes } from "./faulty-notes.ts"
import type { TestProject } from "./project.ts"

let project: TestProject
beforeAll(() => {
  project = makeFaultyNotes()
})
afterAll(() => project.close())

it("stops after the node at which a row failed", async () => {
  expect(await project.told("run", "strict", "--workers", "1")).toMatchInlineSnapshot(`
    "plan of strict: 3 to run
      node          verdict  partitions     rows  because
      ingest.jsonl  run          1 of 1    4 new  it has not run before; 1 of 1 partitions new, 4 rows
      notes.strict  run          1 of 1  ≤ 4 new  it has not run before; waits for ingest.jsonl
      notes.slow    run          1 of 1           it has not run before; waits for notes.strict

    ! notes.strict: row <short> (data/a.jsonl line 2): says boom (pipelines/stages.ts:13); the other rows go on
    ✓ ingest.jsonl · 4 in · 4 out ·  <s>
    ✗ notes.strict: 1 of 4 rows failed  SLUICE_FAILED_ROWS
      row <short> (data/a.jsonl line 2): says boom (pipelines/stages.ts:13)
      → mend the stage or the rows and run again: only failed rows are computed again; --max-failed 0.01 goes on without up to 1 % of the rows
    exit 1"
  `)
})

it("leaves failed rows out where a share may fail", async () => {
  expect(await project.told("run", "strict", "--workers", "1", "--max-failed", "0.5")).toMatchInlineSnapshot(`
    "plan of strict: 1 hit, 2 to run
      node          verdict  partitions             rows  because
      ingest.jsonl  hit               1                4  unchanged
      notes.strict  run          1 of 1  1 new, 3 reused  it has not run before
      notes.slow    run          1 of 1                   it has not run before; waits for notes.strict

    ! notes.strict: row <short> (data/a.jsonl line 2): says boom (pipelines/stages.ts:13); the other rows go on
    ✓ notes.strict · 4 in · 3 out · 1 computed, 3 reused · 1 failed ·  <s>
    ✓ notes.slow · 3 in · 3 out ·  <s>
      node               in  out  dropped  merged  computed  reused   time  reasons
      ingest.jsonl  hit   4    4
      notes.strict  run   4    3                          1       3  <s>  failed 1
      notes.slow    run   3    3                          3  <s>

    outputs
      notes  dataset  <short>  3 rows
      model  model    <short>  .sluice/folders/<digest>

    report: .sluice/reports/strict.html

    done in  <s>. Try next:
      sluice show strict notes
      sluice trace strict <short>
      sluice drops strict --reason failed
    exit 0"
  `)
})

it("lists them with their errors", async () => {
  expect(await project.told("drops", "strict")).toMatchInlineSnapshot(`
    "strict left out 1 row
      node          reason  rows
      notes.strict  failed     1

    sluice drops strict notes.strict lists the rows of a node
    exit 0"
  `)
  expect(await project.told("drops", "strict", "--reason", "failed")).toMatchInlineSnapshot(`
    "  id            node          reason  source               evidence
      <short>  notes.strict  failed  data/a.jsonl line 2  says boom (pipelines/stages.ts:13)
    exit 0"
  `)
  expect(await project.json("drops", "strict", "--reason", "failed")).toMatchInlineSnapshot(`
    [
      {
        "error": "says boom (pipelines/stages.ts:13)",
        "id": "0f52d0f0949af78e1a8db4f6ef1f7db8",
        "node": "notes.strict",
        "reason": "failed",
        "scores": null,
        "source": {
          "digest": "091cad0a68afc30b857903ed4f1fc81c3342512b9c9054ef467fc382be714c7e",
          "line": 2,
          "path": "data/a.jsonl",
        },
      },
    ]
  `)
})

it("says in the plan that they are tried again, and tries them alone", async () => {
  expect(await project.told("plan", "strict", "--workers", "1")).toMatchInlineSnapshot(`
    "plan of strict: 1 hit, 1 to run, 1 may run
      node  verdict  partitions  rows  expected  because
      ingest.jsonl  hit  1  4  unchanged
      notes.strict  run  1 of 1  1 new, 3 reused  <forecast>  1 row failed in the last run and is tried again
      notes.slow  may run  1 of 1  <forecast>  waits for notes.strict
    expected <forecast>
    exit 0"
  `)
  const events = await project.json("run", "strict", "--workers", "1", "--max-failed", "0.5")
  const { nodes } = events.at(-1)
  expect(
    nodes.map((node: { name: string; verdict: string; rows: { computed: number; failed: number } }) => [
      node.name,
      node.verdict,
      node.rows.computed,
      node.rows.failed
    ])
  ).toMatchInlineSnapshot(`
    [
      [
        "ingest.jsonl",
        "hit",
        0,
        0,
      ],
      [
        "notes.strict",
        "run",
        1,
        1,
      ],
      [
        "notes.slow",
        "hit",
        0,
        0,
      ],
    ]
  `)
})

it("refuses a share that is none", async () => {
  expect(await project.told("run", "strict", "--max-failed", "5")).toMatchInlineSnapshot(`
    "✗ --max-failed cannot be 5  SLUICE_BAD_OPTION
      → give a share from 0 to 1
    exit 1"
  `)
})

it("names the node, the rows and their place where a thread dies twice", async () => {
  expect(await project.told("run", "deadly", "--workers", "1")).toMatchInlineSnapshot(`
    "plan of deadly: 1 hit, 2 to run
      node          verdict  partitions   rows  because
      ingest.jsonl  hit               1      4  unchanged
      notes.deadly  run          1 of 1  4 new  it is declared impure: ends its thread
      notes.slow    run          1 of 1         it has not run before; waits for notes.deadly

    ! a worker thread died (exit code 3); what it worked on is tried again alone
    ✗ notes.deadly: its worker thread died twice: exit code 3  SLUICE_WORKER
      partition 1 of 1: 4 rows, from row <short> (data/a.jsonl line 1) to row <short> (data/a.jsonl line 4)
      it was at row <short> (data/a.jsonl line 2)
      → mend the stage: its code must not end the process; finished partitions are kept
    exit 1"
  `)
})
