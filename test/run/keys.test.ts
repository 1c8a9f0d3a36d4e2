// Keys that occur twice are found however they came to: at first, and after edits of a source whose keys were checked before.
import { afterAll, beforeAll, expect, it } from "vitest"
import { makeProject, type TestProject } from "../cli/project.ts"

const pipeline = `import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { ingest } from "#stages"

const row = Schema.Struct({ id: Schema.String, text: Schema.String })
export default pipeline("keys", { rows: ingest.jsonl({ path: "data/*.jsonl", row, key: "id", partitionBytes: 1024 }) })
`
/** As many rows as make some ten partitions, keyed "<letter><n>". */
const rowsOf = (letter: string): Array<string> =>
  Array.from({ length: 100 }, (_, n) => `{"id":"${letter}${n}","text":"${`${letter}${n} `.repeat(12)}"}`)
const renamed = (line: string, id: string) => line.replace(/"id":"\w+"/, `"id":"${id}"`)

let project: TestProject

beforeAll(() => {
  project = makeProject({ "pipelines/keys.ts": pipeline })
})
afterAll(() => project.close())

/** Runs on these rows: the places of a key that occurs twice, or how many rows were computed. */
const run = async (a: ReadonlyArray<string>, b: ReadonlyArray<string>) => {
  project.write("data/a.jsonl", `${a.join("\n")}\n`)
  project.write("data/b.jsonl", `${b.join("\n")}\n`)
  const { code, out, err } = await project.raw("run", "keys", "--workers", "1", "--json")
  const events = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  if (code === 0) return events.find(({ event }) => event === "node-finished").rows.computed as number
  const { code: error, evidence } = events.find(({ event }) => event === "failed")
  expect([error, err]).toEqual(["SLUICE_DUPLICATE_KEY", ""])
  return evidence as ReadonlyArray<string>
}

it("finds them", async () => {
  const [a, b] = [rowsOf("a"), rowsOf("b")]
  expect(await run(a, b)).toBe(200)
  const before = (edit: (rows: Array<string>) => void): [ReadonlyArray<string>, ReadonlyArray<string>] => {
    const rows = [...b]
    edit(rows)
    return [a, rows]
  }
  expect(await run(...before((rows) => (rows[50] = renamed(rows[50]!, "a3"))))).toEqual([
    "data/a.jsonl line 4",
    "data/b.jsonl line 51"
  ])
  expect(await run(...before((rows) => (rows[51] = renamed(rows[51]!, "b50"))))).toEqual([
    "data/b.jsonl line 51",
    "data/b.jsonl line 52"
  ])
  expect(await run(...before((rows) => rows.splice(20, 0, renamed(b[90]!, "b2"))))).toEqual([
    "data/b.jsonl line 3",
    "data/b.jsonl line 21"
  ])
  const twice = ["new", "new"].map((id, n) => renamed(b[n]!.replace("b0", `b${n}`), id))
  expect(await run(...before((rows) => rows.push(...twice)))).toEqual([
    "data/b.jsonl line 101",
    "data/b.jsonl line 102"
  ])
})

it("lets a key be another row's that is gone, a row move, and a row be new", async () => {
  const [a, b] = [rowsOf("a"), rowsOf("b")]
  expect(await run(a, b)).toBe(0)
  expect(await run(a, [...b.slice(0, 30), renamed(b[40]!, "b30"), ...b.slice(31, 40), ...b.slice(41)])).toBe(1)
  expect(await run(a, [...b.slice(1), b[0]!])).toBeLessThan(3)
  expect(await run(a, [...b, renamed(b[7]!, "b100")])).toBe(1)
})
