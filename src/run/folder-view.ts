// The project's folder as a source's `list` sees it: files that say which other files are to be read.
import { globSync, readFileSync, statSync } from "node:fs"
import { isAbsolute, join, relative, sep } from "node:path"
import type { Folder } from "../stage/source.ts"

const inside = (root: string, path: string): string => (isAbsolute(path) ? path : join(root, path))

export const folderView = (root: string): Folder => ({
  read: (path) => {
    try {
      return readFileSync(inside(root, path), "utf8")
    } catch {
      return undefined
    }
  },
  size: (path) => {
    const stat = statSync(inside(root, path), { throwIfNoEntry: false })
    return stat?.isFile() === true ? stat.size : undefined
  },
  names: (path) => {
    const folder = inside(root, path)
    return globSync("**/*", { cwd: folder })
      .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
      .map((name) => relative(folder, join(folder, name)).split(sep).join("/"))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  }
})
