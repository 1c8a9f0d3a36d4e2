// Which members of archives are meant by globs: `!` before what lies in an inner archive counts as a folder's end.
import { posix } from "node:path"

/** `in.zip!d/a.jsonl` as `in.zip/d/a.jsonl`; the `!(…)` of globs stays. */
const flat = (name: string): string => name.replace(/!(?!\()/g, "/")

export const isMeant = (name: string, patterns: ReadonlyArray<string>): boolean =>
  patterns.some((pattern) => posix.matchesGlob(flat(name), flat(pattern)))

/** Whether a pattern could mean something below a folder or an archive of this name. */
export const mayHold = (name: string, patterns: ReadonlyArray<string>): boolean =>
  patterns.some((pattern) => {
    const parts = flat(pattern).split("/")
    // Braces and groups may hold slashes: too much to follow.
    if (/[{(]/.test(pattern)) return true
    const above = flat(name).split("/")
    for (let i = 0; i < above.length; i++) {
      if (parts[i] === "**") return true
      if (i + 1 >= parts.length || !posix.matchesGlob(above[i]!, parts[i]!)) return false
    }
    return true
  })
