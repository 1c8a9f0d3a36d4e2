// plan, run and why as a user types them, one after another in one project, their whole output compared.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { makeNotes } from "./notes.ts"
import type { TestProject } from "./project.ts"

let project: TestProject

beforeAll(() => {
  project = makeNotes()
})
afterAll(() => project.close())

it("plans what has not run", async () => {
  expect(await project.told("plan", "notes", "--workers", "1")).toMatchInlineSnapshot(`
    "plan of notes: 7 to run
      node          verdict  partitions     rows  because
      ingest.jsonl  run          1 of 1    5 new  it has not run before; 1 of 1 partitions new, 5 rows
      notes.short   run          1 of 1  ≤ 5 new  it has not run before; waits for ingest.jsonl
      notes.upper   run          1 of 1  ≤ 5 new  it has not run before; waits for notes.short
      dedup.exact   run          1 of 1  ≤ 5 new  it has not run before; waits for notes.upper
      notes.words   run                           it has not run before; waits for dedup.exact
      notes.learn   run          1 of 1           it has not run before; waits for notes.words
      notes.judge   run          1 of 1           it has not run before; waits for notes.learn
    exit 0"
  `)
  const [plan] = await project.json("plan", "notes", "--workers", "1")
  expect(Object.keys(plan)).toEqual(["pipeline", "nodes", "outputs"])
  expect(plan.nodes[0]).toEqual({
    name: "ingest.jsonl",
    stage: "ingest.jsonl",
    kind: "source",
    emits: "dataset",
    columns: ["id", "text"],
    inputs: [],
    verdict: "run",
    because: ["it has not run before", "1 of 1 partitions new, 5 rows"],
    causes: [{ cause: "new" }, { cause: "partitions", new: 1, of: 1, rows: 5 }],
    partitions: { hit: 0, run: 1 },
    rows: { reusable: 0, new: 5 }
  })
  expect(existsSync(join(project.root, ".sluice"))).toBe(true)
})

it("says that there is no run to ask about", async () => {
  expect(await project.told("drops", "notes")).toMatchInlineSnapshot(`
    "✗ notes has no finished run in this store  SLUICE_NO_RUN
      store: <project>/.sluice
      → sluice run notes
    exit 1"
  `)
})

it("runs, and shows the plan, each node and the result", async () => {
  expect(await project.told("run", "notes", "--workers", "1")).toMatchInlineSnapshot(`
    "plan of notes: 7 to run
      node          verdict  partitions     rows  because
      ingest.jsonl  run          1 of 1    5 new  it has not run before; 1 of 1 partitions new, 5 rows
      notes.short   run          1 of 1  ≤ 5 new  it has not run before; waits for ingest.jsonl
      notes.upper   run          1 of 1  ≤ 5 new  it has not run before; waits for notes.short
      dedup.exact   run          1 of 1  ≤ 5 new  it has not run before; waits for notes.upper
      notes.words   run                           it has not run before; waits for dedup.exact
      notes.learn   run          1 of 1           it has not run before; waits for notes.words
      notes.judge   run          1 of 1           it has not run before; waits for notes.learn

    ✓ ingest.jsonl · 5 in · 5 out ·  <s>
    ✓ notes.short · 5 in · 3 out · too-short 2 ·  <s>
    ✓ notes.upper · 3 in · 3 out ·  <s>
    ✓ dedup.exact · 3 in · 2 out · duplicate 1 ·  <s>
    ✓ notes.words · 2 in · 12 out ·  <s>
    ✓ notes.learn · 12 in · 10 out · long 2 ·  <s>
    ✓ notes.judge · passed ·  <s>
      node               in  out  dropped  merged  computed  reused   time  reasons
      ingest.jsonl  run   5    5                          5  <s>
      notes.short   run   5    3        2                 5  <s>  too-short 2
      notes.upper   run   3    3                          3  <s>
      dedup.exact   run   3    2                1         3  <s>  duplicate 1
      notes.words   run   2   12                          2  <s>
      notes.learn   run  12   10        2                12  <s>  long 2
      notes.judge   run  <s>  passed

    outputs
      clean       dataset  <short>  2 rows
      vocabulary  dataset  <short>  12 rows
      model       model    <short>  .sluice/folders/<digest>
      report      report   <short>  .sluice/folders/<digest>

    models on 4 questions, 95 % intervals
             answer perplexity    exact match             token F1             ROUGE-L
      base   12.00 (11.00–13.00)  25.0 % (10.0 %–50.0 %)  0.400 (0.300–0.500)  0.350 (0.300–0.400)
      tuned  8.00 (7.00–9.00)     25.0 % (10.0 %–50.0 %)  0.400 (0.300–0.500)  0.350 (0.300–0.400)
      tuned against base: better (−0.40 nats per token, −0.60 to −0.20)
      ✓ gate: tuned/perplexity is 8.00, at most 10.

    answers
      What does it do?
        reference  It counts.
        base       it it
        tuned      It counts words.

    report: .sluice/reports/notes.html

    done in  <s>. Try next:
      sluice show notes vocabulary
      sluice trace notes <short>
      sluice drops notes
    exit 0"
  `)
})

it("has nothing to do the second time", async () => {
  expect(await project.told("run", "notes", "--workers", "1")).toMatchInlineSnapshot(`
    "nothing to do: all 7 nodes unchanged (<s>)
    outputs
      clean       dataset  <short>  2 rows
      vocabulary  dataset  <short>  12 rows
      model       model    <short>  .sluice/folders/<digest>
      report      report   <short>  .sluice/folders/<digest>

    report: .sluice/reports/notes.html
    exit 0"
  `)
})

it("plans a change of a threshold", async () => {
  expect(
    await project.told("plan", "notes", "--workers", "1", "--set", "notes.short.minWords=1")
  ).toMatchInlineSnapshot(`
    "plan of notes: 1 hit, 1 to run, 5 may run
      node  verdict  partitions  rows  expected  because
      ingest.jsonl  hit  1  5  unchanged
      notes.short  run  1 of 1  0 new, 5 reused  <forecast>  minWords 3 → 1
      notes.upper  may run  1 of 1  <forecast>  waits for notes.short
      dedup.exact  may run  1 of 1  <forecast>  waits for notes.upper
      notes.words  may run  <forecast>  waits for dedup.exact
      notes.learn  may run  1 of 1  <forecast>  waits for notes.words
      notes.judge  may run  1 of 1  <forecast>  waits for notes.learn
    expected <forecast>
    exit 0"
  `)
})

const commands = [
  "plan",
  "run",
  "why",
  "what-if",
  "equivalent",
  "show",
  "trace",
  "drops",
  "diff",
  "export",
  "runs",
  "gc",
  "doctor"
]

it("plans the same as JSON, with what it should cost", async () => {
  const [plan] = await project.json("plan", "notes", "--workers", "1", "--set", "notes.short.minWords=1")
  expect(Object.keys(plan)).toEqual(["pipeline", "nodes", "outputs", "expected"])
  expect(plan.nodes[1]).toEqual({
    name: "notes.short",
    stage: "notes.short",
    kind: "filter",
    emits: "dataset",
    columns: ["id", "text"],
    inputs: [{ input: "rows", node: "ingest.jsonl" }],
    verdict: "run",
    because: ["minWords 3 → 1"],
    causes: [{ cause: "option", option: "minWords", before: 3, after: 1 }],
    partitions: { hit: 0, run: 1 },
    rows: { reusable: 5, new: 0 },
    expected: { seconds: [0, 0], bytes: [expect.any(Number), expect.any(Number)] }
  })
  const learn = plan.nodes[5]
  expect([learn.verdict, learn.rows, learn.expected.seconds[0]]).toEqual([
    "may-run",
    { reusable: 0, new: 0, open: true },
    0
  ])
  for (const kind of ["seconds", "bytes"]) {
    const [low, high] = plan.expected[kind]
    expect(low).toBeLessThan(high)
  }
})

it("puts everything about the command into its help", async () => {
  const { out, code } = await project.sluice("--help")
  expect(code).toBe(0)
  for (const name of commands) {
    expect(out).toMatch(new RegExp(`^  ${name} +\\S`, "m"))
    const help = await project.raw(name, "--help")
    expect(help.out).toContain(`EXAMPLES`)
    expect(help.code).toBe(0)
  }
  expect((await project.raw("--version")).out).toBe("sluice 0.1.0\n")
  const { out: completions } = await project.raw("--completions", "bash")
  for (const name of commands) expect(completions).toContain(name)
})

it("draws the graph", async () => {
  expect(await project.told("plan", "notes", "--workers", "1", "--mermaid")).toMatchInlineSnapshot(`
    "flowchart TD
      n0[("ingest.jsonl")]:::hit
      n1["notes.short"]:::hit
      n2["notes.upper"]:::hit
      n3{{"dedup.exact"}}:::hit
      n4["notes.words"]:::hit
      n5[["notes.learn"]]:::hit
      n6[["notes.judge"]]:::hit
      n0 --> n1
      n1 --> n2
      n2 --> n3
      n3 --> n4
      n4 -->|data| n5
      n5 -->|base| n6
      n5 -->|tuned| n6
      classDef hit fill:#e6f4ea,stroke:#34a853
      classDef run fill:#fef7e0,stroke:#f9ab00
    exit 0"
  `)
})

it("prints the events of a run as JSON", async () => {
  const events = await project.json("run", "notes", "--workers", "1", "--set", "notes.judge.bar=12")
  expect(events[0].event).toBe("started")
  const last = events.at(-1)
  expect(Object.keys(last)).toEqual(["event", "run", "seconds", "passed", "nodes", "outputs"])
  expect(last.nodes.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
    "hit",
    "hit",
    "hit",
    "hit",
    "hit",
    "hit",
    "run"
  ])
  expect(last.nodes[1]).toEqual({
    name: "notes.short",
    kind: "filter",
    verdict: "hit",
    partitions: { hit: 1, run: 0 },
    rows: { in: 5, kept: 3, dropped: 2, merged: 0, failed: 0, out: 3, computed: 0, reused: 5 },
    reasons: { "too-short": 2 },
    seconds: 0,
    bytes: 0
  })
  expect(last.nodes[6]).toMatchObject({ verdict: "run", passed: true, bytes: expect.any(Number) })
  expect(Object.keys(last.outputs)).toEqual(["clean", "vocabulary", "model", "report"])
})

it("exits with 3 where the gate does not open", async () => {
  const { code, err } = await project.sluice("run", "notes", "--workers", "1", "--set", "notes.judge.bar=5")
  expect(`${err}exit ${code}`).toMatchInlineSnapshot(`
    "✗ notes: the gate did not open  SLUICE_GATE
      tuned/perplexity is 8.00, not at most 5.
      → everything is kept; train longer, on better data, or lower the bar
    exit 3"
  `)
  const silent = await project.raw("run", "notes", "--workers", "1", "--set", "notes.judge.bar=5", "--json")
  expect(silent.code).toBe(3)
  expect(JSON.parse(silent.out.trim().split("\n").at(-1)!)).toMatchObject({ event: "finished", passed: false })
})

it("explains a node", async () => {
  expect(await project.told("why", "notes", "notes.short", "--workers", "1")).toMatchInlineSnapshot(`
    "notes.short
      kind       filter
      verdict    hit
      because    unchanged
      inputs     rows from ingest.jsonl
      reads      text
      options    minWords 3
      reasons    too-short
      last run   5 in, 3 out, too-short 2,  <s> (run <run>)

      measure  <short>
        short.measure  <short>  pipelines/stages.ts
        packages: effect 4.1.0

      decide  <short>
        short.decide  <short>  pipelines/stages.ts
        packages: effect 4.1.0
    exit 0"
  `)
  const [account] = await project.json("why", "notes", "notes.short", "--workers", "1")
  expect(account).toMatchObject({
    name: "notes.short",
    verdict: "hit",
    reads: { text: "text" },
    reasons: ["too-short"]
  })
})
