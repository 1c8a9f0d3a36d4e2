#!/usr/bin/env node
// The command's entry: makes sure that Node 24 runs it, by starting the Node that npm installed with the project if need be.
import { existsSync, realpathSync } from "node:fs"
import { dirname, join, sep } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const least = 24
const self = realpathSync(fileURLToPath(import.meta.url))
const root = dirname(dirname(self))

if (Number.parseInt(process.versions.node, 10) >= least) await here()
else await elsewhere()

async function here() {
  const source = join(root, "src", "cli", "start.ts")
  // A project that reaches these sources by the package's name gets them compiled, as its imports do.
  const link = existsSync(source)
    ? upwards(process.cwd(), [join("node_modules", "sluice")], (path) => realpathSync(path) === root)
    : undefined
  const start = existsSync(source) && link === undefined ? source : join(root, "dist", "start.js")
  if (!existsSync(start))
    return refuse("sluice is linked here from sources that are not compiled", "NOT_COMPILED", `npm pack ${root}`)
  const effect = join("node_modules", "effect")
  const other = link && upwards(dirname(dirname(link)), [effect])
  if (other !== undefined && realpathSync(other) !== realpathSync(join(root, effect)))
    return refuse("sluice is linked here, and has another copy of effect", "TWO_EFFECTS", `npm i ${join(root, effect)}`)
  await keepCompiled()
  await import(pathToFileURL(start).href)
}

function refuse(what, code, next) {
  console.error(`✗ ${what}   SLUICE_${code}\n  → ${next}`)
  process.exitCode = 1
}

/** Keeps what V8 compiles, beside the installed packages or in the system's temporary folder; programs' processes use it too. */
async function keepCompiled() {
  const { constants, enableCompileCache, getCompileCacheDir } = await import("node:module")
  if (process.env.NODE_COMPILE_CACHE) return
  const [first] = root.split(`${sep}node_modules${sep}`)
  const folder = join(first, "node_modules", ".cache", "sluice")
  const { status } = enableCompileCache(folder)
  if (status === constants.compileCacheStatus.FAILED) enableCompileCache()
  if (getCompileCacheDir() !== undefined) process.env.NODE_COMPILE_CACHE = dirname(getCompileCacheDir())
}

async function elsewhere() {
  const { spawn } = await import("node:child_process")
  const { constants } = await import("node:os")
  const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`
  const file = process.platform === "win32" ? "node.exe" : "node"
  const places = [`node-${platform}`, `node-bin-${platform}`].map((name) => join("node_modules", name, "bin", file))
  const node = upwards(dirname(self), places)
  if (node === undefined)
    return refuse(
      `sluice needs Node ${least} or newer; this is Node ${process.versions.node}`,
      "NODE",
      `install Node ${least}, or install without --omit=optional so that npm brings it`
    )
  const child = spawn(node, [self, ...process.argv.slice(2)], { stdio: "inherit" })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal)
    })
  child.on("error", (cause) => refuse(`${node} cannot be started: ${cause.message}`, "NODE", "npm ci"))
  child.on("close", (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal])
  })
}

/** The first of some places that exists in a folder or above it, and that is the one meant. */
function upwards(from, places, isMeant = () => true) {
  for (let folder = from; ; folder = dirname(folder)) {
    for (const place of places) {
      const path = join(folder, place)
      if (existsSync(path) && isMeant(path)) return path
    }
    if (dirname(folder) === folder) return undefined
  }
}
