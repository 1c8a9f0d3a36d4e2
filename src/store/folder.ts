// What stands in a folder of the store, where there may be none yet.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { diskError } from "./durable-file.ts"

const unlessMissing = <A>(folder: string, read: () => ReadonlyArray<A>): ReadonlyArray<A> => {
  try {
    return read()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return []
    throw diskError(folder, cause)
  }
}

/** Names in a folder; none where it does not exist. */
export const listed = (folder: string): ReadonlyArray<string> => unlessMissing(folder, () => readdirSync(folder))

/** Paths of the files in a folder and below it. */
export const filesBelow = (folder: string): ReadonlyArray<string> =>
  unlessMissing(folder, () => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
