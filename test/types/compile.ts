// Compiles sources with the project's own compiler and settings, and gives what it says.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const here = dirname(fileURLToPath(import.meta.url))
const repository = dirname(dirname(here))
const compiler = join(repository, "node_modules", ".bin", "tsc")

export interface Compiled {
  /** By file, the last and most specific line of each error. */
  readonly errors: { readonly [file: string]: ReadonlyArray<string> }
  /** What `--extendedDiagnostics` counts. */
  readonly counts: { readonly [name: string]: number }
}

/** Compiles some files by their text, and fixtures by name. */
export const compile = (files: { readonly [name: string]: string }, fixtures: ReadonlyArray<string> = []): Compiled => {
  const folder = mkdtempSync(join(here, "fixtures", ".tmp-"))
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const settings = {
      extends: "../../../../tsconfig.json",
      compilerOptions: { noUnusedLocals: false },
      files: [...Object.keys(files), ...fixtures.map((name) => `../${name}`)],
      include: [],
      exclude: []
    }
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings))
    const { stdout, stderr, error } = spawnSync(
      process.execPath,
      [compiler, "--noEmit", "--pretty", "false", "--extendedDiagnostics", "-p", folder],
      { cwd: folder, encoding: "utf8", env: { ...process.env, PATH: `${dirname(compiler)}:${process.env["PATH"]}` } }
    )
    if (error !== undefined) throw error
    if (!stdout.includes("Instantiations")) throw new Error(`the compiler said:\n${stdout}\n${stderr}`)
    return { errors: errorsOf(stdout), counts: countsOf(stdout) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const errorsOf = (output: string): Compiled["errors"] => {
  const errors: Record<string, Array<string>> = {}
  let file: string | undefined
  for (const line of output.split("\n")) {
    const start = /^(\S+?)\(\d+,\d+\): error TS\d+: (.*)$/.exec(line)
    if (start !== null) {
      file = start[1]!.replace(/^.*\//, "")
      errors[file] ??= []
      errors[file]!.push(start[2]!)
    } else if (file !== undefined && line.startsWith("  ")) errors[file]![errors[file]!.length - 1] = line.trim()
    else file = undefined
  }
  return errors
}

const countsOf = (output: string): Compiled["counts"] =>
  Object.fromEntries([...output.matchAll(/^(\w[\w ]*):\s+(\d+)$/gm)].map(([, name, count]) => [name!, Number(count)]))
