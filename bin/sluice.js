#!/usr/bin/env node
// The command's entry: makes sure that Node 24 runs it, by starting the Node that npm installed with the project if need be.
import { spawn } from "node:child_process"
import { existsSync, realpathSync } from "node:fs"
import { constants } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const least = 24
const self = realpathSync(fileURLToPath(import.meta.url))

if (Number.parseInt(process.versions.node, 10) >= least) await here()
else elsewhere()

async function here() {
  const { enableCompileCache } = await import("node:module")
  enableCompileCache()
  await import(pathToFileURL(join(dirname(self), "..", "src", "cli", "main.ts")).href)
}

function elsewhere() {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`
  const node = findNode(name)
  if (node === undefined) {
    console.error(`✗ sluice needs Node ${least} or newer; this is Node ${process.versions.node}   SLUICE_NODE`)
    console.error(`  → install Node ${least}, or run npm ci without --omit=optional so that it brings ${name}`)
    process.exitCode = 1
    return
  }
  const child = spawn(node, [self, ...process.argv.slice(2)], { stdio: "inherit" })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal)
    })
  child.on("error", (cause) => {
    console.error(`✗ ${node} cannot be started: ${cause.message}   SLUICE_NODE`)
    process.exitCode = 1
  })
  child.on("close", (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal])
  })
}

function findNode(name) {
  for (let folder = dirname(self); ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node")
    if (existsSync(path)) return path
    if (dirname(folder) === folder) return undefined
  }
}
