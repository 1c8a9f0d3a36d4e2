// ingest.duckdb: values, order, what a query may not do, databases that are none; with the engine's own reader.
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { beforeAll, expect, test } from "vitest"
import { queryDuckdb } from "#src/run/duckdb.ts"
import { duckdb } from "../../../stages/ingest/duckdb.ts"
import type { Source } from "../declared.ts"

const source = duckdb.declaration as Source & {
  readonly frame: (bytes: Uint8Array, options: object, path: string, databases: object) => unknown
}

let gates: Uint8Array
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-duckdb-"))
  const instance = await DuckDBInstance.create(join(folder, "a.duckdb"))
  const connection = await instance.connect()
  await connection.run(
    `CREATE TABLE gates (id INTEGER, gate VARCHAR, height DOUBLE, big BIGINT, open BOOLEAN, day DATE, seen TIMESTAMP,
       raw BLOB, tags VARCHAR[], who STRUCT(name VARCHAR, age INTEGER), price DECIMAL(8, 2));
     INSERT INTO gates VALUES
       (2, 'south', 2.5, 9007199254740993, true, '2026-01-02', '2026-01-02 03:04:05.678', '\\x00\\xFF'::BLOB, ['a', 'b'],
        {'name': 'Ann', 'age': 3}, 12.50),
       (1, 'nörth', 3, -1, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`
  )
  connection.closeSync()
  instance.closeSync()
  gates = readFileSync(join(folder, "a.duckdb"))
  rmSync(folder, { recursive: true })
})

const read = async (query: string, bytes = gates) => {
  const frames = (await source.frame(bytes, { query }, "a.duckdb", { duckdb: queryDuckdb })) as {
    readonly count: number
    readonly record: (index: number) => Uint8Array
  }
  return Array.from({ length: frames.count }, (_, i) => source.parse(frames.record(i), {}, "a.duckdb"))
}

test("values of each type, in the query's order", async () => {
  expect(await read("SELECT * FROM gates ORDER BY id")).toEqual([
    {
      big: -1,
      day: null,
      gate: "nörth",
      height: 3,
      id: 1,
      open: null,
      price: null,
      raw: null,
      seen: null,
      tags: null,
      who: null
    },
    {
      big: "9007199254740993",
      day: "2026-01-02T00:00:00.000Z",
      gate: "south",
      height: 2.5,
      id: 2,
      open: true,
      price: 12.5,
      raw: "AP8=",
      seen: "2026-01-02T03:04:05.678Z",
      tags: ["a", "b"],
      who: { age: 3, name: "Ann" }
    }
  ])
  expect(await read("FROM gates SELECT id ORDER BY id DESC")).toEqual([{ id: 2 }, { id: 1 }])
  expect(await read("SELECT count(*) AS n FROM gates")).toEqual([{ n: 2 }])
})

test.each([
  ["SELECT id FROM gates", /^cannot be queried: the query has no ORDER BY outside of parentheses, /],
  ["SELECT uuid() FROM gates ORDER BY id", /^cannot be queried: uuid gives other values each time$/],
  ["SELECT * FROM gates USING SAMPLE 1 ORDER BY id", /^cannot be queried: USING SAMPLE gives other values each time$/i],
  ["SELECT today()", /^cannot be queried: today gives other values each time$/],
  ["SELECT * FROM read_text('/etc/hostname')", /^cannot be queried: Permission Error: .*disabled/],
  ["SELECT id FROM doors ORDER BY id", /^cannot be queried: Catalog Error: Table with name doors does not exist!/],
  ["INSERT INTO gates (id) VALUES (3)", /^cannot be queried: the query does not begin with SELECT or WITH$/]
])("%s is refused", async (query, message) => {
  await expect(read(query)).rejects.toThrow(message)
})

test.each([
  ["no database", () => Buffer.from("some other file"), /^is no DuckDB database$/],
  ["a database cut short", () => gates.subarray(0, 9000), /^cannot be queried: \w/]
])("%s", async (_, bytes, message) => {
  await expect(read("SELECT * FROM gates ORDER BY id", bytes())).rejects.toThrow(message)
})
