// Plans one pipeline in a process that has planned nothing before; prints the engine's milliseconds and its store reads.
import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"

let reads = 0
const read = fs.readFileSync
fs.readFileSync = ((path: fs.PathOrFileDescriptor, options?: never) => {
  if (String(path).includes(store)) reads++
  return read(path, options)
}) as typeof fs.readFileSync
syncBuiltinESMExports()

const [file, store, ...sets] = process.argv.slice(2) as [string, string, ...ReadonlyArray<string>]
const { findProject } = await import("../src/run/project.ts")
const { planPipeline } = await import("../src/run/plan-pipeline.ts")
const began = performance.now()
const { plan } = await planPipeline({
  project: findProject(process.cwd(), store),
  file,
  sets: Object.fromEntries(sets.map((set) => set.split("=") as [string, string])),
  workers: 2
})
console.log(JSON.stringify({ ms: performance.now() - began, reads, nodes: plan.known.size }))
