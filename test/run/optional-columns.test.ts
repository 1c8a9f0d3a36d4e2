// A column that a row may lack: functions see no property where the type says so, and null only where the schema says null.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { repository } from "./sequence.ts"

const engine = new Engine()
const folder = mkdtempSync(join(tmpdir(), "sluice-optional-"))
afterAll(() => {
  engine[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})

it("is absent from the row that a map, a filter, an expand and a gather see", async () => {
  writeFileSync(
    join(folder, "in.jsonl"),
    '{"id":"a","text":"one","none":null}\n{"id":"b","html":"<p>","none":null}\n{"id":"c","none":null}\n'
  )
  const answer = await engine.ask({
    root: repository,
    file: join(repository, "test/run/fixtures/optional-columns.ts"),
    sets: { input: join(folder, "in.jsonl") },
    storeRoot: join(folder, "store"),
    workers: 1
  })
  expect(answer.error).toBeUndefined()
  const column = (output: string, name: string) => [...answer.rows![output]!.columns[name]!].sort()
  const all = ["html=<p> none=null", "none=null", "text=one none=null"]
  expect(column("map", "seen")).toEqual(all)
  expect(column("expand", "seen")).toEqual(all)
  expect(column("gather", "seen")).toEqual(all)
  expect(column("filter", "id")).toEqual(["b", "c"])
  expect(column("fill", "text")).toEqual(["none", "none", "one"])
})
