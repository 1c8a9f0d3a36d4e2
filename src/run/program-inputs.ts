// A program's inputs as folders: datasets as Parquet files with their row ids, models and reports as their files.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { diskError, onDisk, removeIfPossible, writeDurably } from "../store/durable-file.ts"
import type { Store } from "../store/store.ts"
import { columnOf } from "../table/column.ts"
import { digestHex, sha256 } from "../table/digest.ts"
import type { Field } from "../table/field.ts"
import { writeParquet } from "../table/parquet.ts"
import { Partition, rowsIn, type View } from "../table/view.ts"
import type { FolderHead } from "./node-record.ts"

/** How an input is described to the program's process. */
export type InputSpec =
  | {
      readonly kind: "dataset"
      readonly folder: string
      readonly rows: number
      readonly files: ReadonlyArray<string>
      readonly fields: { readonly [column: string]: Field }
    }
  | { readonly kind: "model"; readonly folder: string; readonly digest: string }
  | { readonly kind: "report"; readonly folder: string; readonly data: unknown }

/** What the column of row ids is called: `id`, unless the program reads a column of that name. */
export const idColumn = (columns: ReadonlyArray<string>): string => {
  let name = "id"
  while (columns.includes(name)) name = `row_${name}`
  return name
}

const text: Field = { type: "text", integer: false, nullable: false }

/** Writes columns of a dataset by the names of the needs that they stand for, and `id`, as Parquet files under `folder`. */
export const writeDataset = async (
  store: Store,
  views: ReadonlyArray<View>,
  columns: { readonly [need: string]: string },
  folder: string
): Promise<InputSpec> => {
  onDisk(folder, () => mkdirSync(folder, { recursive: true }))
  const files: Array<string> = []
  let fields: { readonly [column: string]: Field } = {}
  const needs = Object.entries(columns)
  for (const view of views) {
    const partition = new Partition(view, store)
    fields = Object.fromEntries(needs.map(([need, column]) => [need, view.columns[column]!.field]))
    const ids = partition.ids()
    const id = columnOf(
      Array.from({ length: partition.rows }, (_, row) => digestHex(ids, row)),
      text
    )
    const name = idColumn(Object.keys(columns))
    const read = await partition.columns([...new Set(Object.values(columns))])
    const named = Object.fromEntries(needs.map(([need, column]) => [need, read[column]!]))
    const file = `part-${String(files.length).padStart(5, "0")}.parquet`
    const bytes = writeParquet({ [name]: id, ...named }, { [name]: text, ...fields })
    onDisk(join(folder, file), () => writeFileSync(join(folder, file), bytes))
    files.push(file)
  }
  const rows = rowsIn(views)
  return { kind: "dataset", folder, rows, files, fields }
}

/** Whether a folder holds the files of a result, to the bit. */
export const holds = (folder: string, head: FolderHead): boolean =>
  head.files.every(({ path, object }) => {
    try {
      return sha256(readFileSync(join(folder, path))) === object
    } catch {
      return false
    }
  })

/** A result's files as a folder, made once per content and whole or not at all; `verify` before they are relied on. */
export const resultFolder = (store: Store, head: FolderHead, verify = false): string => {
  const folder = join(store.root, "folders", head.digest)
  if (existsSync(folder)) {
    if (!verify || holds(folder, head)) return folder
    store.found({ kind: "folder", name: head.digest, path: folder, what: "its files are not those it was made with" })
    rmSync(folder, { recursive: true, force: true })
  }
  const temporary = onDisk(folder, () => {
    mkdirSync(dirname(folder), { recursive: true })
    return mkdtempSync(join(dirname(folder), "making-"))
  })
  try {
    for (const file of head.files) {
      const path = join(temporary, file.path)
      mkdirSync(dirname(path), { recursive: true })
      writeDurably(path, store.get(file.object))
    }
    renameSync(temporary, folder)
  } catch (cause) {
    removeIfPossible(temporary)
    if (!existsSync(folder)) throw diskError(folder, cause)
  }
  return folder
}
