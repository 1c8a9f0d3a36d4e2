// ingest.sqlite: values, order, what a query may not do, databases that are none; with the engine's own reader.
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { expect, test } from "vitest"
import { querySqlite } from "#src/run/sqlite.ts"
import { sqlite } from "../../../stages/ingest/sqlite.ts"
import type { Source } from "../declared.ts"

const source = sqlite.declaration as Source & {
  readonly frame: (bytes: Uint8Array, options: object, path: string, databases: object) => unknown
}

/** A database as SQLite writes it to disk. */
const made = (sql: string): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-sqlite-"))
  const database = new DatabaseSync(join(folder, "a.sqlite"))
  database.exec(sql)
  database.close()
  const bytes = readFileSync(join(folder, "a.sqlite"))
  rmSync(folder, { recursive: true })
  return bytes
}

const tables = `CREATE TABLE gates (id INTEGER PRIMARY KEY, gate TEXT, height REAL, big INTEGER, raw BLOB, note TEXT);
INSERT INTO gates VALUES (2, 'south', 2.5, 9007199254740993, x'00ff', NULL), (1, 'nörth', 3, -1, x'', 'old');`
const gates = made(tables)

const read = async (query: string, bytes = gates) => {
  const frames = (await source.frame(bytes, { query }, "a.sqlite", { sqlite: querySqlite })) as {
    readonly count: number
    readonly record: (index: number) => Uint8Array
    readonly place: (index: number) => unknown
  }
  return Array.from({ length: frames.count }, (_, i) => {
    expect(frames.place(i)).toEqual({ line: i + 1 })
    return source.parse(frames.record(i), {}, "a.sqlite")
  })
}

const rows = [
  { big: -1, gate: "nörth", height: 3, id: 1, note: "old", raw: "" },
  { big: "9007199254740993", gate: "south", height: 2.5, id: 2, note: null, raw: "AP8=" }
]

test("values of each type, in the query's order", async () => {
  expect(await read("SELECT * FROM gates ORDER BY id")).toEqual(rows)
  expect(await read("SELECT * FROM gates ORDER BY id DESC;  -- the end\n")).toEqual(rows.toReversed())
  expect(await read("select id from gates where id > 9 order by id")).toEqual([])
  expect(await read("SELECT count(*) AS gates, date('2026-01-02', '+1 day') AS day FROM gates")).toEqual([
    { day: "2026-01-03", gates: 2 }
  ])
})

test("a database that was kept with a write-ahead log", async () => {
  expect(await read("SELECT id FROM gates ORDER BY id", made(`PRAGMA journal_mode = WAL; ${tables}`))).toEqual([
    { id: 1 },
    { id: 2 }
  ])
})

const disordered =
  "the query has no ORDER BY outside of parentheses, so its rows come in no certain order; add ORDER BY with a unique column"

test.each([
  ["SELECT id FROM gates", disordered],
  ["SELECT id FROM (SELECT id FROM gates ORDER BY id)", disordered],
  ["SELECT id, 'order by' FROM gates /* order by id */", disordered],
  ["SELECT id, gate AS id FROM gates ORDER BY id", 'two columns are named "id"; name them with AS'],
  ["SELECT random() FROM gates ORDER BY id", "random gives other values each time"],
  ["SELECT CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP gives other values each time"],
  ["SELECT datetime()", "datetime gives other values each time"],
  ["SELECT date('NOW')", "'now' gives other values each time"],
  ["SELECT 1; DELETE FROM gates", "the query is more than one statement"],
  ["DELETE FROM gates", "the query does not begin with SELECT or WITH"],
  ["WITH a AS (SELECT 1) DELETE FROM gates", "the query does more than read"],
  ["SELECT id FROM doors ORDER BY id", "no such table: doors"],
  ["SELECT FROM gates", 'near "FROM": syntax error']
])("%s is refused", async (query, message) => {
  await expect(read(query)).rejects.toThrow(new Error(`cannot be queried: ${message}`))
})

test("words in quotes and comments are no orders and no clocks", async () => {
  expect(await read(`SELECT gate AS "now()", 'random()' AS a FROM gates ORDER BY id -- now()`)).toHaveLength(2)
})

test.each([
  ["no database", Buffer.from("SQLite format 4"), /^is no SQLite database, or an encrypted one$/],
  ["an empty file", Buffer.alloc(0), /^is no SQLite database, or an encrypted one$/],
  ["a database cut short", gates.subarray(0, 5000), /^is a SQLite database cut short: it has 5000 bytes, not 8192$/],
  ["a header cut short", gates.subarray(0, 50), /^is a SQLite database cut short: it has 50 bytes, not 100$/],
  [
    "a damaged page",
    Uint8Array.from(gates, (byte, at) => (at > 4096 ? 0x5a : byte)),
    /^cannot be queried: the database is damaged: \w|^cannot be queried: database disk image is malformed/
  ]
])("%s", async (_, bytes, message) => {
  await expect(read("SELECT * FROM gates ORDER BY id", bytes)).rejects.toThrow(message)
})

test("changes that stand in the write-ahead log alone are told", () => {
  const folder = { size: (path: string) => (path === "b.sqlite-wal" ? 4152 : undefined) }
  const list = source.list as (options: object, folder: object) => unknown
  expect(list({ path: "a.sqlite" }, folder)).toEqual(["a.sqlite"])
  expect(() => list({ path: ["a.sqlite", "b.sqlite"] }, folder)).toThrow(
    "b.sqlite has changes that stand in b.sqlite-wal alone: close what writes it, or run PRAGMA wal_checkpoint(TRUNCATE)"
  )
})
