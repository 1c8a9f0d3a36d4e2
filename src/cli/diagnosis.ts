// The checks behind sluice doctor.
import { execFile } from "node:child_process"
import { existsSync, readFileSync, statfsSync } from "node:fs"
import { createRequire } from "node:module"
import { availableParallelism, totalmem } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { devices } from "../model/train/device.ts"
import { type DeviceFound, probeDevice } from "../model/train/device-probe.ts"
import type { Project } from "../run/project.ts"
import { bytes, plural } from "./print.ts"
import { checkStore } from "./store-check.ts"

export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly text: string
  readonly problems: ReadonlyArray<{ readonly text: string; readonly hint: string }>
}

export interface Diagnosis {
  readonly ok: boolean
  readonly checks: ReadonlyArray<Check>
  /** What programs can compute on here; one that is not there is no fault. */
  readonly devices: ReadonlyArray<DeviceFound>
}

/** Free space below which a run is likely to fail. */
const leastFree = 1e9

/** Checks the machine and the project's store. */
export const diagnose = async (project: Project): Promise<Diagnosis> => {
  const trials = devices.map(probeDevice)
  const checks = [nodeCheck(), await npmCheck(), machineCheck(), onnxCheck(), diskCheck(project), storeCheck(project)]
  return { ok: checks.every(({ ok }) => ok), checks, devices: await Promise.all(trials) }
}

const fine = (name: string, text: string): Check => ({ name, ok: true, text, problems: [] })
const wrong = (name: string, text: string, hint: string): Check => ({
  name,
  ok: false,
  text,
  problems: [{ text: `${name}: ${text}`, hint }]
})

const nodeCheck = (): Check => fine("node", `${process.versions.node} on ${process.platform} ${process.arch}`)

const npmCheck = async (): Promise<Check> => {
  try {
    const { stdout } = await promisify(execFile)("npm", ["--version"], {
      timeout: 10_000,
      shell: process.platform === "win32"
    })
    return fine("npm", stdout.trim())
  } catch {
    return fine("npm", "not found on the path; it is needed to install, not to run")
  }
}

const machineCheck = (): Check =>
  fine("machine", `${plural(availableParallelism(), "core")}, ${bytes(totalmem())} memory`)

const onnxCheck = (): Check => {
  const require = createRequire(import.meta.url)
  try {
    const { version } = JSON.parse(readFileSync(packageFile(require.resolve("onnxruntime-node")), "utf8")) as {
      readonly version: string
    }
    const { listSupportedBackends } = require("onnxruntime-node") as {
      readonly listSupportedBackends: () => ReadonlyArray<{ readonly name: string }>
    }
    const names = listSupportedBackends().map(({ name }) => name)
    return fine("onnxruntime", `${version}, execution providers: ${names.join(", ")}`)
  } catch (cause) {
    const hint = "npm ci; without it pipelines run, but nothing can be trained or evaluated here"
    return wrong("onnxruntime", `it cannot be loaded (${(cause as Error).message.split("\n")[0]})`, hint)
  }
}

const packageFile = (inside: string): string => {
  let folder = dirname(inside)
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder)
  return join(folder, "package.json")
}

const diskCheck = (project: Project): Check => {
  const place = existsSync(project.storeRoot) ? project.storeRoot : project.root
  const { bavail, bsize } = statfsSync(place)
  const free = bavail * bsize
  return free >= leastFree
    ? fine("disk", `${bytes(free)} free`)
    : wrong("disk", `only ${bytes(free)} free`, "free some space; sluice gc --dry-run shows what the store can give")
}

const storeCheck = (project: Project): Check => {
  const { text, problems } = checkStore(project)
  return { name: "store", ok: problems.length === 0, text, problems }
}
