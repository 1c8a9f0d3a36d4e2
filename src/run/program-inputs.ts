// A program's inputs as folders: datasets as Parquet files with their row ids, models and reports as their files.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { diskError } from "../store/durable-file.ts"
import { DamagedObject, type Store } from "../store/store.ts"
import { columnOf } from "../table/column.ts"
import { digestHex } from "../table/digest.ts"
import type { Field } from "../table/field.ts"
import { writeParquet } from "../table/parquet.ts"
import { Partition, type View } from "../table/view.ts"
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

const text: Field = { type: "text", integer: false, nullable: false }

/** Writes the needed columns of a dataset, and `id`, as Parquet files under `folder`. */
export const writeDataset = async (
  store: Store,
  views: ReadonlyArray<View>,
  columns: ReadonlyArray<string>,
  folder: string
): Promise<InputSpec> => {
  mkdirSync(folder, { recursive: true })
  const files: Array<string> = []
  let fields: { readonly [column: string]: Field } = {}
  for (const view of views) {
    const partition = new Partition(view, store)
    fields = Object.fromEntries(columns.map((name) => [name, view.columns[name]!.field]))
    const ids = partition.ids()
    const id = columnOf(
      Array.from({ length: partition.rows }, (_, row) => digestHex(ids, row)),
      text
    )
    const file = `part-${String(files.length).padStart(5, "0")}.parquet`
    writeFileSync(
      join(folder, file),
      writeParquet({ id, ...(await partition.columns(columns)) }, { id: text, ...fields })
    )
    files.push(file)
  }
  const rows = views.reduce((sum, view) => sum + view.rows, 0)
  return { kind: "dataset", folder, rows, files, fields }
}

/** A result's files as a folder, made once per content and whole or not at all. */
export const resultFolder = (store: Store, head: FolderHead): string => {
  const folder = join(store.root, "folders", head.digest)
  if (existsSync(folder)) return folder
  mkdirSync(dirname(folder), { recursive: true })
  const temporary = mkdtempSync(join(dirname(folder), "making-"))
  try {
    for (const file of head.files) {
      const path = join(temporary, file.path)
      mkdirSync(dirname(path), { recursive: true })
      if (!store.has(file.object)) throw new DamagedObject(file.object, store.objectPath(file.object), "missing")
      copyFileSync(store.objectPath(file.object), path)
    }
    renameSync(temporary, folder)
  } catch (cause) {
    rmSync(temporary, { recursive: true, force: true })
    if (!existsSync(folder)) throw diskError(folder, cause)
  }
  return folder
}
