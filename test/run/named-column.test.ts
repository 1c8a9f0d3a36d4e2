// A column that a program reads only where an option names it: it is in the rows under the need's name, and in the key.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { repository } from "./sequence.ts"

const engine = new Engine()
const root = mkdtempSync(join(tmpdir(), "sluice-named-"))
afterAll(() => {
  engine[Symbol.dispose]()
  rmSync(root, { recursive: true, force: true })
})

const rows = [
  { id: "a", text: "dawn", site: "north", book: "law" },
  { id: "b", text: "dusk", site: "south", book: "poems" }
]

const ask = async (given: ReadonlyArray<object>, sets: { readonly [target: string]: string } = {}) => {
  writeFileSync(join(root, "in.jsonl"), given.map((row) => `${JSON.stringify(row)}\n`).join(""))
  const file = join(repository, "test/run/fixtures/named-column.ts")
  const answer = await engine.ask({ root, file, sets, storeRoot: join(root, "store"), workers: 1, rows: false })
  return {
    ...answer,
    verdicts: Object.fromEntries((answer.nodes ?? []).map(({ name, verdict }) => [name, verdict]))
  }
}

it("is read where it is named, and its content counts there alone", async () => {
  const first = await ask(rows)
  expect(first.error).toBeUndefined()
  const seenBy = (output: string) => {
    const made = first.outputs![output]! as { readonly path: string }
    return JSON.parse(readFileSync(join(made.path, "seen.json"), "utf8"))
  }
  expect(seenBy("bare")).toEqual({
    rows: rows.map(({ text }) => ({ text })),
    more: [{}, {}],
    options: {}
  })
  expect(seenBy("named")).toEqual({
    rows: rows.map(({ text, site }) => ({ text, source: site })),
    more: rows.map(({ site }) => ({ source: site })),
    options: {}
  })
  const elsewhere = await ask([{ ...rows[0], site: "west" }, rows[1]!])
  expect(elsewhere.verdicts).toMatchObject({ bare: "hit", named: "run" })
  const unread = await ask([{ ...rows[0], site: "west", book: "maps" }, rows[1]!])
  expect(unread.verdicts).toMatchObject({ bare: "hit", named: "hit" })
  const another = await ask(rows, { "named.source": "book", "bare.source": "site" })
  expect(another.error).toBeUndefined()
  // The other node has read the same of these rows before.
  expect(another.verdicts).toMatchObject({ bare: "hit", named: "run" })
  expect((await ask(rows, { "bare.source": "text" })).verdicts).toMatchObject({ bare: "run", named: "hit" })
})

it("must be there", async () => {
  const { error } = await ask(rows, { "named.source": "page" })
  expect(error).toMatchObject({ code: "SLUICE_MISSING_COLUMN" })
  expect(error!.message).toBe('named needs the column "page", which ingest.jsonl does not have')
})
