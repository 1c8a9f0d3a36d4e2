// What is kept of a row that failed: which row, what the error said, and the place in the author's code it came from.
import { existsSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

export interface RowError {
  /** Its place among the rows that came in. */
  readonly row: number
  readonly message: string
  /** The first place outside the engine on the stack: a file, relative to its package, and a line. */
  readonly at?: string
}

/** Characters of a message that are kept. */
const longest = 1000

export const rowError = (row: number, cause: unknown): RowError => {
  const message = (cause instanceof Error ? cause.message : String(cause)).slice(0, longest)
  const at = cause instanceof Error ? placeOnStack(cause.stack ?? "") : undefined
  return { row, message, ...(at === undefined ? {} : { at }) }
}

/** "says boom (stages/strict.ts:12)" */
export const rowErrorText = ({ message, at }: Pick<RowError, "message" | "at">): string =>
  at === undefined ? message : `${message} (${at})`

const engine = fileURLToPath(new URL("..", import.meta.url))

const placeOnStack = (stack: string): string | undefined => {
  for (const line of stack.split("\n")) {
    const found = /^\s+at .*?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*):(\d+):\d+\)?$/.exec(line)
    if (found === null) continue
    const [, given = "", lineNumber] = found
    const file = given.startsWith("file:") ? fileURLToPath(given) : given
    if (!file.startsWith(engine) && !file.includes(`${sep}node_modules${sep}`))
      return `${inPackage(file)}:${lineNumber}`
  }
  return undefined
}

/** Packages by folder: rows that fail at one place are many. */
const packages = new Map<string, string>()

const packageOf = (folder: string): string => {
  const known = packages.get(folder)
  if (known !== undefined) return known
  const up = dirname(folder)
  const root = existsSync(join(folder, "package.json")) || up === folder ? folder : packageOf(up)
  packages.set(folder, root)
  return root
}

const inPackage = (file: string): string =>
  relative(packageOf(dirname(file)), file)
    .split(sep)
    .join("/")
