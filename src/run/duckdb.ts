// A query of a DuckDB database: a copy of the bytes that were digested is opened, read-only and cut off from other files.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { QueryRow } from "../stage/source.ts"
import { checkNames, checkOrder, checkQuery } from "./sql-query.ts"

/** The rows in order; an Error says what is wrong with the database or the query, or that the package is not installed. */
export const queryDuckdb = async (bytes: Uint8Array, query: string): Promise<ReadonlyArray<QueryRow>> => {
  if (Buffer.from(bytes.subarray(8, 12)).toString("latin1") !== "DUCK") throw new Error("is no DuckDB database")
  checkQuery(query)
  const { DuckDBInstance } = await import("@duckdb/node-api").catch((cause: unknown) => {
    throw new Error("needs DuckDB's package to be read: npm install @duckdb/node-api", { cause })
  })
  const folder = mkdtempSync(join(tmpdir(), "sluice-duckdb-"))
  try {
    const path = join(folder, "read.duckdb")
    writeFileSync(path, bytes)
    const options = {
      access_mode: "READ_ONLY",
      threads: "1",
      enable_external_access: "false",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false"
    }
    const instance = await DuckDBInstance.create(path, options)
    try {
      const connection = await instance.connect()
      const reader = await connection.runAndReadAll(query)
      const names = reader.columnNames()
      checkNames(names)
      const rows = reader.getRowsJS()
      checkOrder(query, rows.length)
      connection.closeSync()
      return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])))
    } finally {
      instance.closeSync()
    }
  } catch (cause) {
    const { message } = cause as Error
    if (message.startsWith("cannot be queried")) throw cause
    throw new Error(`cannot be queried: ${message.split("\n")[0]!.replaceAll(folder, "")}`, { cause })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
