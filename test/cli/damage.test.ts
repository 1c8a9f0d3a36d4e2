// Damage in the store, as the commands tell it: found by whoever reads, put away, rebuilt by the next run, which says so.
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import type { NodeRecord, PipelineRef, SourceRefs } from "../../src/run/node-record.ts"
import { Store } from "../../src/store/store.ts"
import { makeNotes } from "./notes.ts"
import type { Json, TestProject } from "./project.ts"

let project: TestProject
let store: Store

beforeEach(async () => {
  project = makeNotes()
  await project.raw("run", "notes", "--workers", "1")
  store = new Store(join(project.root, ".sluice"))
})
afterEach(() => project.close())

const recordOf = (node: string): NodeRecord => store.action<NodeRecord>(store.ref<PipelineRef>("notes")!.nodes[node]!)!

/** The object that a node's only partition has a column in. */
const blockOf = (node: string, column: string): string => {
  const [view] = JSON.parse(Buffer.from(store.get(recordOf(node).datasets[""]!.body)).toString())
  return view.columns[column].block
}

const scratch = (path: string) => {
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
}

const steady = (text: string) => text.replace(/\b[0-9a-f]{2}\/[0-9a-f]{62}\b/g, "<object>")

/** What a run says while it goes, without its plan and its result. */
const ran = async (...args: ReadonlyArray<string>) => {
  const told = await project.told("run", "notes", "--workers", "1", ...args)
  const lines = told.split("\n").filter((line) => /^(✓|!|✗|exit)/.test(line))
  return lines.join("\n").replace(/ {2,}/g, "  ")
}

it("an object that a command reads", async () => {
  scratch(store.objectPath(blockOf("notes.words", "word")))
  expect(steady(await project.told("show", "notes", "vocabulary", "--rows", "1"))).toMatchInlineSnapshot(`
    "vocabulary: 12 rows from notes.words, <short>
      columns: id, text, loud, word, letters
    ✗ object <short> is damaged: its bytes do not match its name  SLUICE_DAMAGED
      <project>/.sluice/objects/<object>
      → run again: what it belongs to is computed anew
    exit 1"
  `)
  const [plan] = await project.json("plan", "notes", "--workers", "1")
  expect(plan.nodes.map(({ name, because }: Json) => `${name}: ${because}`)).toMatchInlineSnapshot(`
    [
      "ingest.jsonl: unchanged",
      "notes.short: unchanged",
      "notes.upper: unchanged",
      "dedup.exact: unchanged",
      "notes.words: what it made is damaged or gone",
      "notes.learn: waits for notes.words",
      "notes.judge: waits for notes.learn",
    ]
  `)
  expect(await ran()).toMatchInlineSnapshot(`
    "✓ notes.words · 2 in · 12 out ·  <s>
    ! notes.words: 1 object rebuilt with the same bytes
    exit 0"
  `)
  expect((await project.told("run", "notes", "--workers", "1")).split("\n")[0]).toMatchInlineSnapshot(
    `"nothing to do: all 7 nodes unchanged (<s>)"`
  )
  expect((await project.sluice("show", "notes", "vocabulary", "--rows", "1")).code).toBe(0)
})

it("an object that a run needs, as events", async () => {
  scratch(store.objectPath(blockOf("notes.upper", "loud")))
  scratch(store.objectPath(blockOf("notes.words", "word")))
  const pipeline = readFileSync(join(project.root, "pipelines/notes.ts"), "utf8")
    .replace("upper(),", "upper(), louder(),")
    .replace("import { judge", 'import { louder } from "./louder.ts"\nimport { judge')
  const stage = `import * as Schema from "effect/Schema"
import { Stage } from "#sluice"
export const louder = Stage.map({
  name: "notes.louder",
  needs: { loud: Schema.String },
  adds: { louder: Schema.String },
  apply: ({ loud }) => ({ louder: loud + "!" })
})`
  project.write("pipelines/notes.ts", pipeline)
  project.write("pipelines/louder.ts", stage)
  const events = await project.json("run", "notes", "--workers", "1")
  expect(events.at(-1)).toMatchObject({ event: "finished" })
  expect(
    events
      .filter(({ event }) => event === "warning")
      .map(({ paths, text, ...rest }) => ({
        ...rest,
        text: text.replace(/[0-9a-f]{12}/, "<short>"),
        paths: paths.map((path: string) => steady(path.replace(project.root, "<project>")))
      }))
  ).toMatchInlineSnapshot(`
    [
      {
        "code": "SLUICE_DAMAGED",
        "event": "warning",
        "paths": [
          "<project>/.sluice/objects/<object>",
        ],
        "text": "object <short> is damaged: its bytes do not match its name; what it belongs to is computed anew",
      },
      {
        "code": "SLUICE_DAMAGED",
        "event": "warning",
        "paths": [
          "<project>/.sluice/objects/<object>",
        ],
        "text": "damaged as well: object <short>",
      },
      {
        "code": "SLUICE_DAMAGED",
        "event": "warning",
        "node": "notes.words",
        "paths": [
          "<project>/.sluice/objects/<object>",
        ],
        "text": "notes.words: 1 object rebuilt with the same bytes",
      },
      {
        "code": "SLUICE_DAMAGED",
        "event": "warning",
        "node": "notes.upper",
        "paths": [
          "<project>/.sluice/objects/<object>",
        ],
        "text": "notes.upper: 1 object rebuilt with the same bytes",
      },
    ]
  `)
})

it("an object that only the report of a run needs", async () => {
  const refs = JSON.parse(Buffer.from(store.get(recordOf("ingest.jsonl").refs)).toString()) as SourceRefs
  scratch(store.objectPath(refs.places[0]!))
  expect(await ran("--set", "notes.judge.bar=9")).toMatchInlineSnapshot(`
    "✓ notes.judge · passed ·  <s>
    ! object <short> is damaged: its bytes do not match its name; what it belongs to is computed anew
    ✓ ingest.jsonl · 5 in · 5 out · 0 computed, 5 reused ·  <s>
    ✓ notes.short · 5 in · 3 out · 0 computed, 5 reused · too-short 2 ·  <s>
    ✓ notes.upper · 3 in · 3 out · 0 computed, 3 reused ·  <s>
    ✓ dedup.exact · 3 in · 2 out · 0 computed, 3 reused · duplicate 1 ·  <s>
    ✓ notes.words · 2 in · 12 out · 0 computed, 2 reused ·  <s>
    ! ingest.jsonl: 1 object rebuilt with the same bytes
    exit 0"
  `)
})

it("a result and a ref", async () => {
  const { key } = recordOf("notes.short")
  scratch(store.refPath("notes"))
  scratch(join(project.root, ".sluice/actions", key.slice(0, 2), `${key.slice(2)}.json`))
  expect(await project.told("drops", "notes")).toMatchInlineSnapshot(`
    "✗ the ref of notes is damaged: what its last run made is not known  SLUICE_DAMAGED
      <project>/.sluice/refs/notes.json
      → sluice run notes: it is written anew
    exit 1"
  `)
  expect(await ran()).toMatchInlineSnapshot(`
    "! the ref of notes is damaged: its checksum is wrong; it is written anew
    ! result <short> is damaged: its checksum is wrong; what it belongs to is computed anew
    ✓ notes.short · 5 in · 3 out · 0 computed, 5 reused · too-short 2 ·  <s>
    ✓ notes.upper · 3 in · 3 out · 0 computed, 3 reused ·  <s>
    ✓ dedup.exact · 3 in · 2 out · 0 computed, 3 reused · duplicate 1 ·  <s>
    ✓ notes.words · 2 in · 12 out · 0 computed, 2 reused ·  <s>
    ! notes.short: 1 result rebuilt
    exit 0"
  `)
  expect((await project.sluice("drops", "notes")).code).toBe(0)
})

it("as doctor tells it", async () => {
  const object = blockOf("notes.upper", "loud")
  scratch(store.objectPath(object))
  rmSync(store.objectPath(blockOf("notes.words", "word")))
  scratch(join(project.root, ".sluice/folders", recordOf("notes.learn").folder!.digest, "words.txt"))
  const told = async () => {
    const { code, out } = await project.sluice("doctor")
    const devices = /\n\W +device[^\n]*(\n {2}[^\n]*)*/g
    const told = out
      .slice(out.indexOf("store"))
      .replace(devices, "")
      .replace(/^store +/, "store  ")
    return `${told
      .replace(/\n{3,}/g, "\n\n")
      .replace(/\d+ objects, \d+ results/, "<n> objects, <n> results")
      .trimEnd()}\nexit ${code}`
  }
  expect(steady(await told())).toMatchInlineSnapshot(`
    "store  <n> objects, <n> results, 1 pipeline, 3 damaged entries

    ✗ <project>/.sluice/objects/<object>: its bytes do not match its name (notes.upper of notes)
      → sluice run notes: it is computed anew

    ✗ <project>/.sluice/objects/<object>: missing (notes.words of notes)
      → sluice run notes: it is computed anew

    ✗ <project>/.sluice/folders/<digest>: its files are not those it was made with (notes.learn of notes)
      → delete it, then sluice run notes: it is written anew
    exit 1"
  `)
  rmSync(join(project.root, ".sluice/folders", recordOf("notes.learn").folder!.digest), { recursive: true })
  await project.raw("run", "notes", "--workers", "1")
  expect(steady(await told())).toMatchInlineSnapshot(`
    "store  <n> objects, <n> results, 1 pipeline
    exit 0"
  `)
})
