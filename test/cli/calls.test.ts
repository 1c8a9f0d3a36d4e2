// What the command says of stages that call a model: before, during and after, where nothing is said, and where money ends.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { ChatServer } from "../run/chat-server.ts"
import { makeProject, type TestProject } from "./project.ts"

const texts = ["The lock opens.", "The gate shuts.", "Water falls.", "Boats wait."]
const stage = (answer: string) => `// A stage that asks a model.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Stage } from "#sluice"

export const title = Stage.map({
  name: "notes.title",
  needs: { text: Schema.String },
  adds: { title: Schema.String },
  calls: true,
  apply: ({ text }, _options, model) =>
    Effect.map(model.generate({ prompt: text, maxTokens: 40 }), (answer) => ({ title: ${answer} }))
})
`

let server: ChatServer
let project: TestProject
const told = async (...args: ReadonlyArray<string>) => (await project.told(...args)).replaceAll(server.url, "<url>")

beforeAll(async () => {
  server = await ChatServer.start()
  project = makeProject({
    "data/a.jsonl": texts.map((text, id) => `${JSON.stringify({ id: String(id), text })}\n`).join(""),
    "pipelines/stages.ts": stage("answer"),
    "pipelines/titles.ts": `import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { ingest } from "#stages"
import { title } from "./stages.ts"
const notes = ingest.jsonl({ path: "data/a.jsonl", row: Schema.Struct({ id: Schema.String, text: Schema.String }), key: "id" })
export default pipeline("titles", { titles: notes.pipe(title({ model: "tiny" })) })
`,
    "profiles/local.json": JSON.stringify({
      workers: 1,
      models: { tiny: { url: server.url, price: { input: 1000, output: 2000 } } }
    })
  })
})
afterAll(() => {
  project.close()
  server[Symbol.dispose]()
})

it("where a model is reached must be said", async () => {
  expect(await told("run", "titles", "--workers", "1")).toMatchInlineSnapshot(`
    "plan of titles: 2 to run
      node  verdict  partitions  rows  expected  because
      ingest.jsonl  run  1 of 1  4 new  it has not run before; 1 of 1 partitions new, 4 rows
      notes.title  run  1 of 1  ≤ 4 new  0–4 calls  it has not run before; waits for ingest.jsonl
    expected <forecast>

    ✗ notes.title calls the model "tiny": it is not said where that is reached  SLUICE_NO_MODEL
      a profile would have:
      {
        "models": {
          "tiny": {
            "url": "http://127.0.0.1:8000/v1"
          }
        }
      }
      → write these lines with your address to profiles/NAME.json and run with --profile NAME, or set SLUICE_MODELS
    exit 1"
  `)
})

it("a profile's endpoints are checked", async () => {
  project.write("profiles/bad.json", '{ "models": { "tiny": { "url": "localhost" } } }')
  expect(await told("plan", "titles", "--profile", "bad")).toMatchInlineSnapshot(`
    "✗ profiles/bad.json: models.tiny.url cannot be "localhost"  SLUICE_BAD_OPTION
      → give an address like "http://127.0.0.1:8000/v1"
    exit 1"
  `)
  project.write("profiles/bad.json", '{ "models": { "tiny": { "url": "http://localhost/v1", "prize": {} } } }')
  expect(await told("plan", "titles", "--profile", "bad")).toMatchInlineSnapshot(`
    "✗ profiles/bad.json: models.tiny has no use for "prize"; did you mean "price"?  SLUICE_UNKNOWN_OPTION
      → an endpoint has: url, served, keyVariable, atOnce, price, budget, seconds
    exit 1"
  `)
})

it("a plan says how many calls there may be before anything was asked", async () => {
  expect(await told("plan", "titles", "--profile", "local")).toMatchInlineSnapshot(`
    "plan of titles: 2 to run
      node  verdict  partitions  rows  expected  because
      ingest.jsonl  run  1 of 1  4 new  it has not run before; 1 of 1 partitions new, 4 rows
      notes.title  run  1 of 1  ≤ 4 new  0–4 calls  it has not run before; waits for ingest.jsonl
    expected <forecast>
    exit 0"
  `)
})

it("a budget ends the run", async () => {
  expect(await told("run", "titles", "--profile", "local", "--budget", "0.2")).toMatchInlineSnapshot(`
    "plan of titles: 2 to run
      node  verdict  partitions  rows  expected  because
      ingest.jsonl  run  1 of 1  4 new  it has not run before; 1 of 1 partitions new, 4 rows
      notes.title  run  1 of 1  ≤ 4 new  0–4 calls  it has not run before; waits for ingest.jsonl
    expected <forecast>

    ✗ the budget is reached: 2 calls of all models cost 0.13 of 0.20  SLUICE_BUDGET
      the next could cost 0.084
      replies and finished rows are kept
      → run again with a larger budget (--budget MONEY, or the profile's): it goes on from here
    exit 1"
  `)
  expect(await told("run", "titles", "--profile", "local", "--budget", "-1")).toMatchInlineSnapshot(`
    "✗ --budget cannot be -1  SLUICE_BAD_OPTION
      → give an amount of 0 or more
    exit 1"
  `)
})

it("the next run buys the rest, and says what it came to", async () => {
  expect(await told("run", "titles", "--profile", "local")).toMatchInlineSnapshot(`
    "plan of titles: 2 to run
      node  verdict  partitions  rows  expected  because
      ingest.jsonl  run  0 of 1  0 new, 4 reused  it has not run before; 0 of 1 partitions new, 0 rows
      notes.title  run  1 of 1  2 new, 2 reused  0–2 calls for 0.00–0.16  it has not run before; waits for ingest.jsonl
    expected <forecast>

    ✓ ingest.jsonl · 4 in · 4 out · 0 computed, 4 reused ·  <s>
    ✓ notes.title · 4 in · 4 out · 2 computed, 2 reused · 2 calls bought for 0.10 ·  <s>
      node  in  out  dropped  merged  computed  reused  time  reasons
      ingest.jsonl  run  4  4  0  4  <s>
      notes.title  run  4  4  2  2  <s>

    outputs
      titles  dataset  <short>  4 rows

    report: .sluice/reports/titles.html

    done in  <s>. Try next:
      sluice show titles titles
      sluice trace titles <short>
      sluice drops titles
    exit 0"
  `)
  expect(server.took()).toEqual([...texts].sort())
})

it("a plan says what an edit may cost at most", async () => {
  project.write("pipelines/stages.ts", stage("answer.trim()"))
  expect(await told("plan", "titles", "--profile", "local")).toMatchInlineSnapshot(`
    "plan of titles: 1 hit, 1 to run
      node  verdict  partitions  rows  expected  because
      ingest.jsonl  hit  1  4  unchanged
      notes.title  run  1 of 1  4 new  <forecast> · 0–4 calls for 0.00–0.26  changed function title.apply in pipelines/stages.ts
    expected <forecast>
    exit 0"
  `)
  const [json] = await project.json("plan", "titles", "--profile", "local")
  expect([json.nodes[1].calls, json.calls]).toMatchInlineSnapshot(`
    [
      {
        "count": [
          0,
          4,
        ],
        "money": [
          0,
          0.2625,
        ],
      },
      {
        "count": [
          0,
          4,
        ],
        "money": [
          0,
          0.2625,
        ],
      },
    ]
  `)
})

it("code around a call is edited for nothing", async () => {
  const events = await project.json("run", "titles", "--profile", "local")
  expect(events.at(-1).nodes[1].calls).toEqual({ bought: 0, found: 4, retried: 0, input: 0, output: 0, money: 0 })
  expect(server.took()).toEqual([])
})

it("doctor counts what was bought, and tells of damage once", async () => {
  const folder = join(project.root, ".sluice/cells")
  const path = join(folder, readdirSync(folder)[0]!)
  const bytes = readFileSync(path)
  const [store] = (await project.json("doctor"))[0].checks.filter(({ name }: { name: string }) => name === "store")
  expect(store.text).toContain("4 model calls")
  bytes[60]! ^= 1
  writeFileSync(path, bytes)
  const named = (text: string) => text.replaceAll(/\S+\.seg/g, "<segment>")
  const said = await told("doctor")
  expect(named(said.slice(said.lastIndexOf("\n✗ ")))).toMatchInlineSnapshot(`
    "
    ✗ <segment>: <segment> of the model calls was changed at byte 0; replies that stood there are asked for anew
      → this is told once: what is missing is bought when it is needed
    exit 1"
  `)
  expect((await told("doctor")).endsWith("exit 0")).toBe(true)
})

it("gc keeps cells unless asked", async () => {
  const cells = () => readdirSync(join(project.root, ".sluice/cells")).length
  await told("gc", "--keep", "0")
  expect(cells()).toBeGreaterThan(0)
  await told("gc", "--cells")
  expect(cells()).toBe(0)
})
