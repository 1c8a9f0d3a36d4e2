// The framing of formats that are read into rows at once: each row is a record of JSON, its place is its number.
import type { Frames } from "#sluice"
import { type Json, plainJson } from "./plain-json.ts"

/** Records of rows as UTF-8 JSON: written once, for each is digested and read, and the rows are let go. */
export const jsonRows = (rows: ReadonlyArray<{ readonly [column: string]: Json }>): Frames =>
  framesOf(rows.map((row) => Buffer.from(JSON.stringify(row), "utf8")))

/** The same records from the values of columns, as plain JSON, without an object for a row. */
export const jsonColumnRows = (rows: number, columns: ReadonlyMap<string, ArrayLike<unknown>>): Frames => {
  // As the keys of an object stand: whole numbers first.
  const names = Object.keys(Object.fromEntries([...columns.keys()].sort().map((name) => [name, null])))
  const heads = names.map((name, i) => `${i === 0 ? "{" : ","}${JSON.stringify(name)}:`)
  const values = names.map((name) => columns.get(name)!)
  return framesOf(
    Array.from({ length: rows }, (_, row) => {
      let text = ""
      for (let i = 0; i < heads.length; i++) text += heads[i]! + JSON.stringify(plainJson(values[i]![row]))
      return Buffer.from(`${text}}`, "utf8")
    })
  )
}

const framesOf = (records: ReadonlyArray<Buffer>): Frames => ({
  count: records.length,
  record: (index) => records[index]!,
  place: (index) => ({ line: index + 1 })
})
