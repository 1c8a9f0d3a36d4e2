// A query of a SQLite database whose bytes are in memory; nothing but reading it is allowed.
import { checkNames, checkOrder, checkQuery } from "./sql-query.ts"
import type { QueryRow } from "../stage/source.ts"

/** The rows in order; an Error says what is wrong with the database or the query. Integers are bigints. */
export const querySqlite = async (bytes: Uint8Array, query: string): Promise<ReadonlyArray<QueryRow>> => {
  if (Buffer.from(bytes.subarray(0, 16)).toString("latin1") !== "SQLite format 3\0")
    throw new Error("is no SQLite database, or an encrypted one")
  checkLength(bytes)
  checkQuery(query)
  const { constants, DatabaseSync } = await import("node:sqlite")
  const { SQLITE_DENY, SQLITE_FUNCTION, SQLITE_OK, SQLITE_READ, SQLITE_RECURSIVE, SQLITE_SELECT } = constants
  const reading = new Set([SQLITE_FUNCTION, SQLITE_READ, SQLITE_RECURSIVE, SQLITE_SELECT])
  const database = new DatabaseSync(":memory:")
  try {
    database.deserialize(plainJournal(bytes))
    const { quick_check: found } = database.prepare("PRAGMA quick_check(1)").get() as { readonly quick_check: string }
    if (found !== "ok") throw new Error(`the database is damaged: ${found.split("\n").at(-1)}`)
    database.setAuthorizer((action) => (reading.has(action) ? SQLITE_OK : SQLITE_DENY))
    const statement = database.prepare(query)
    statement.setReadBigInts(true)
    statement.setReturnArrays(true)
    const names = statement.columns().map(({ name }) => name)
    checkNames(names)
    const rows = statement.all() as unknown as ReadonlyArray<ReadonlyArray<unknown>>
    checkOrder(query, rows.length)
    return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])))
  } catch (cause) {
    const { message } = cause as Error
    if (message.startsWith("cannot be queried")) throw cause
    const text = message === "not authorized" ? "the query does more than read" : message
    throw new Error(`cannot be queried: ${text}`, { cause })
  } finally {
    database.close()
  }
}

/** The header tells the size of a page and how many there are; SQLite takes pages that are missing for empty ones. */
const checkLength = (bytes: Uint8Array): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isWhole = bytes.length >= 100
  const size = isWhole ? view.getUint16(16) : 0
  const told = isWhole ? (size === 1 ? 65536 : size) * view.getUint32(28) : 100
  if (bytes.length < told) throw new Error(`is a SQLite database cut short: it has ${bytes.length} bytes, not ${told}`)
}

/** The bytes with a rollback journal told in the header: a database in memory can have no write-ahead log. */
const plainJournal = (bytes: Uint8Array): Uint8Array => {
  if (bytes[18] !== 2 && bytes[19] !== 2) return bytes
  const copy = Uint8Array.from(bytes)
  copy[18] = 1
  copy[19] = 1
  return copy
}
