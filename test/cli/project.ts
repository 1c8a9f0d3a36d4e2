// A project in a temporary folder, and the real command run in it as a user would.
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"

const repository = resolve(import.meta.dirname, "../..")

/** Node 24, whichever node runs the tests. */
const node = process.execPath

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

// biome-ignore lint/suspicious/noExplicitAny: what the command prints is compared, not used.
export type Json = any

export interface TestProject {
  readonly root: string
  readonly write: (path: string, content: string | Uint8Array) => void
  readonly remove: (path: string) => void
  /** Runs `sluice …` in the project; what varies from run to run is replaced by names. */
  readonly sluice: (...args: ReadonlyArray<string>) => Promise<Said>
  /** Everything said, with the exit code. */
  readonly told: (...args: ReadonlyArray<string>) => Promise<string>
  /** The values printed under `--json`. */
  readonly json: (...args: ReadonlyArray<string>) => Promise<ReadonlyArray<Json>>
  readonly raw: (...args: ReadonlyArray<string>) => Promise<Said>
  /** Starts the command and leaves it running. */
  readonly start: (...args: ReadonlyArray<string>) => ChildProcess
  readonly close: () => void
}

/** Makes a project with some files; engine and stages are those of this repository. */
export const makeProject = (files: { readonly [path: string]: string | Uint8Array }): TestProject => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "sluice-test-")))
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  const imports = { "#sluice": "./src/index.ts", "#stages": "./stages/index.ts" }
  write("package.json", JSON.stringify({ name: "test-project", type: "module", imports }))
  for (const folder of ["src", "stages", "node_modules"]) symlinkSync(join(repository, folder), join(root, folder))
  for (const [path, content] of Object.entries(files)) write(path, content)
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1" }
  for (const name of ["npm_config_user_agent", "FORCE_COLOR", "NODE_OPTIONS"]) delete env[name]
  const raw = (...args: ReadonlyArray<string>) =>
    new Promise<Said>((done) => {
      const options = { cwd: root, env, timeout: 60_000, maxBuffer: 1 << 26 }
      execFile(node, [join(repository, "bin/sluice.js"), ...args], options, (error, out, err) =>
        done({ code: error === null ? 0 : Number(error.code), out, err })
      )
    })
  const sluice = async (...args: ReadonlyArray<string>) => {
    const { code, out, err } = await raw(...args)
    return { code, out: steady(out, root), err: steady(err, root) }
  }
  return {
    root,
    write,
    remove: (path) => rmSync(join(root, path), { recursive: true }),
    raw,
    start: (...args) => spawn(node, [join(repository, "bin/sluice.js"), ...args], { cwd: root, env }),
    sluice,
    told: async (...args) => {
      const { code, out, err } = await sluice(...args)
      return `${out}${err}exit ${code}`
    },
    json: async (...args) => {
      const { out } = await raw(...args, "--json")
      return out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    },
    close: () => rmSync(root, { recursive: true, force: true })
  }
}

/** Replaces paths, run names, digests, times and sizes of the machine by words. */
export const steady = (text: string, root: string): string =>
  (/ expected +because$/m.test(text) ? withoutForecast(text) : text)
    .replaceAll(root, "<project>")
    .replaceAll(repository, "<repository>")
    .replace(/\b\d{8}T\d{6}-[0-9a-f]{6}\b/g, "<run>")
    .replace(/\b[0-9a-f]{64}\b/g, "<digest>")
    .replace(/\b[0-9a-f]{32}\b/g, "<id>")
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b/g, "<short>")
    .replace(/ +\d+(\.\d)? s\b/g, "  <s>")
    .replace(/\(\d+(\.\d)? s\)/g, "(<s>)")
    .replace(/ +\d+(\.\d+)? (B|kB|MB|GB)\b/g, "  <size>")

const forecast = /(< 0\.1|\d+(\.\d)?(–\d+(\.\d)?)?) (s|min) · \d+(\.\d)?(–\d+(\.\d)?)? (B|kB)/g

/** A plan with forecasts, whose columns are as wide as the figures of the machine: figures by a word, columns close together. */
const withoutForecast = (text: string): string =>
  text
    .replace(forecast, "<forecast>")
    .replace(/^expected .*$/m, "expected <forecast>")
    .split("\n")
    .map((line) =>
      line.replace(/^( *)(.*)$/, (_, indent: string, rest: string) => indent + rest.replace(/ {2,}/g, "  "))
    )
    .join("\n")
