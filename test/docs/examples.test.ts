// Documentation that is true: every @example compiles, runs, and gives what it says; what a user calls has one.
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { deserialize } from "node:v8"
import { DuckDBInstance } from "@duckdb/node-api"
import { tableFromJSON, tableToIPC } from "apache-arrow"
import { parquetWriteFile } from "hyparquet-writer"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as sluice from "#sluice"
import * as stages from "#stages"
import { compile } from "../types/compile.ts"
import { docExamples } from "./doc-examples.ts"
import { moduleOf } from "./example-module.ts"
import type { ExampleResult } from "./run-examples.ts"
import { compared, comparedRows } from "./shown-value.ts"

const root = join(import.meta.dirname, "../..")
const examples = docExamples(root).map((example, at) => ({
  ...example,
  title: `${example.of} (${example.file}:${example.line})`,
  name: `${at}-${example.of}`,
  module: moduleOf(example.text)
}))

/** The module beside an example that it has `rows` from. */
const rowsModule = (rows: string): string => `export { rows } from "${rows}"\n`

/** Writes an input file that an example shows; a Parquet or Arrow file is shown as its rows in JSON, a database as SQL. */
const writeInput = async (path: string, text: string): Promise<void> => {
  mkdirSync(dirname(path), { recursive: true })
  if (path.endsWith(".sqlite")) {
    const database = new DatabaseSync(path)
    database.exec(text)
    database.close()
    return
  }
  if (path.endsWith(".duckdb")) {
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    await connection.run(text)
    connection.closeSync()
    instance.closeSync()
    return
  }
  if (!/\.(parquet|arrow)$/.test(path)) {
    writeFileSync(path, text)
    return
  }
  const rows = text
    .trim()
    .split("\n")
    .map((line): { readonly [column: string]: string } => JSON.parse(line))
  if (path.endsWith(".arrow")) {
    writeFileSync(path, tableToIPC(tableFromJSON([...rows]), "file"))
    return
  }
  const columnData = Object.keys(rows[0]!).map((name) => ({ name, data: rows.map((row) => row[name]) }))
  parquetWriteFile({ filename: path, columnData })
}

const folder = mkdtempSync(join(import.meta.dirname, ".tmp-"))
let results: { readonly [name: string]: ExampleResult } = {}

beforeAll(async () => {
  for (const { name, module } of examples) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, "example.ts"), module.code)
    writeFileSync(join(folder, name, "rows.ts"), rowsModule("../../rows.ts"))
    for (const [path, text] of Object.entries(module.files)) await writeInput(join(folder, name, path), text)
  }
  const answers = join(folder, "answers")
  const script = join(import.meta.dirname, "run-examples.ts")
  execFileSync(process.execPath, [script, folder, answers], { stdio: "pipe", timeout: 420_000 })
  results = deserialize(readFileSync(answers)) as typeof results
}, 440_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const has = (of: string, within: RegExp): boolean =>
  examples.some((example) => example.of === of && within.test(example.file))

describe("an example is there", () => {
  test.each(Object.entries(stages))("for each stage of %s", (family, members) => {
    const names = Object.entries(members).flatMap(([name, stage]) => ("declaration" in stage ? [name] : []))
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => !has(name, new RegExp(`^stages/${family}/`)))).toEqual([])
  })

  test("for each function of the public entry, and each constructor of a stage or an option", () => {
    const functions = Object.entries(sluice).flatMap(([name, value]) => (typeof value === "function" ? [name] : []))
    const names = [...functions, ...Object.keys(sluice.Stage), ...Object.keys(sluice.opt), "input"]
    expect(names.filter((name) => !has(name, /^src\/stage\//))).toEqual([])
  })
})

test("every example compiles", () => {
  const files = examples.map(({ name, module }) => [`${name}.ts`, module.code] as const)
  const all = { ...Object.fromEntries(files), "rows.ts": rowsModule("../../../docs/rows.ts") }
  expect(compile(all).errors).toEqual({})
})

describe("an example gives what it says:", () => {
  test.each(examples)("$title", ({ name, module }) => {
    const { values, outputs, reasons, error } = results[name]!
    expect(error).toBeUndefined()
    expect(module.claims.length).toBeGreaterThan(0)
    for (const claim of module.claims) {
      const output = claim.output === undefined ? claim.export : `${claim.export}_${claim.output}`
      const value = outputs !== undefined && output in outputs ? outputs[output] : values![claim.export]
      const isRows = outputs !== undefined && Array.isArray(outputs[output])
      if (!isRows) expect(claim.lines).toHaveLength(1)
      const [real, written] = isRows ? comparedRows(claim.lines, value as []) : compared(claim.lines[0]!, value)
      expect(real).toEqual(written)
    }
    if (module.dropped === undefined) return
    const written = module.dropped.split(", ").map((part) => part.split(" ") as [count: string, reason: string])
    expect(reasons).toEqual(Object.fromEntries(written.map(([count, reason]) => [reason, Number(count)])))
  })
})
