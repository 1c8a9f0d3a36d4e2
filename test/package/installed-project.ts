// The packed file installed into an empty folder by npm, and the commands that a user types there.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join, resolve } from "node:path"

export const repository = resolve(import.meta.dirname, "../..")
const npmFolder = join(repository, "node_modules/npm/bin")

/** The environment of a shell outside this repository. */
const environment = (): NodeJS.ProcessEnv => {
  // NODE_EXTRA_CA_CERTS is the machine's: without it npm reaches no registry where certificates are the company's own.
  const ours = /^npm_|^NODE_(?!EXTRA_CA_CERTS$)|^VITEST|^FORCE_COLOR$/
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name))
  return {
    ...Object.fromEntries(kept),
    NO_COLOR: "1",
    PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`,
    // As the .npmrc of a new project says; here also before there is one.
    ONNXRUNTIME_NODE_INSTALL: "skip",
    npm_config_update_notifier: "false",
    npm_config_fund: "false",
    npm_config_audit: "false",
    npm_config_prefer_offline: "true"
  }
}

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a program to its end. */
export const runIn = (cwd: string, program: string, ...args: ReadonlyArray<string>): Ran => {
  const options = { cwd, env: environment(), encoding: "utf8", maxBuffer: 1 << 26, timeout: 600_000 } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], options)
  return { code: status, out: stdout, err: stderr }
}

const succeed = (ran: Ran): Ran => {
  if (ran.code !== 0) throw new Error(`exit ${ran.code}\n${ran.out}\n${ran.err}`)
  return ran
}

export const npm = (cwd: string, ...args: ReadonlyArray<string>): Ran =>
  succeed(runIn(cwd, join(npmFolder, "npm-cli.js"), ...args))

export const npx = (cwd: string, ...args: ReadonlyArray<string>): Ran =>
  runIn(cwd, join(npmFolder, "npx-cli.js"), ...args)

/** A node of a run, as `sluice run --json` ends with. */
export interface NodeRan {
  readonly name: string
  readonly verdict: string
  readonly rows: { readonly computed: number }
}

export interface Finished {
  readonly nodes: ReadonlyArray<NodeRan>
  readonly outputs: { readonly [name: string]: { readonly digest: string } }
}

/** The last line of `sluice run … --json`. */
export const finished = (ran: Ran): Finished => JSON.parse(succeed(ran).out.trim().split("\n").at(-1)!)

/** `name rows` of every node that computed rows. */
export const computing = ({ nodes }: Finished): ReadonlyArray<string> =>
  nodes.filter(({ rows }) => rows.computed > 0).map(({ name, rows }) => `${name} ${rows.computed}`)

export const digests = ({ outputs }: Finished) =>
  Object.fromEntries(Object.entries(outputs).map(([name, { digest }]) => [name, digest]))

/** A temporary folder with `user/`, where the package is installed. */
export const makeFolder = (): string => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "sluice-package-")))
  mkdirSync(join(root, "user"))
  return root
}

export const removeFolder = (root: string): void => rmSync(root, { recursive: true, force: true })

/** Replaces a text in a file; it must be there. */
export const edit = (path: string, from: string, to: string): void => {
  const text = readFileSync(path, "utf8")
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
  writeFileSync(path, text.replace(from, to))
}
