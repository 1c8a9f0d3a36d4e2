// Run profiles: what of a machine a run uses, by name under profiles/, so that no pipeline has to say it.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { availableParallelism } from "node:os"
import { basename, join, relative, resolve } from "node:path"
import { nearest, SluiceError, unknownName } from "../errors.ts"
import { type Device, devices } from "../model/train/device.ts"
import { checkedEndpoints, type Endpoints, endpointsOfEnvironment } from "./model-endpoint.ts"
import type { Project } from "./project.ts"

/** What a run uses of its machine. Of it only the compute class of programs enters a key: device and threads. */
export interface RunProfile {
  /** Worker threads, and the threads of a program's arithmetic. */
  readonly workers: number
  /** Where programs compute. */
  readonly device: Device
  /** Where models are reached that stages call, by their names in pipelines; absent where none is said. */
  readonly models?: Endpoints
}

type Given = { readonly [F in keyof RunProfile]?: RunProfile[F] | undefined }

const fields = ["workers", "device", "models"] as const satisfies ReadonlyArray<keyof RunProfile>

/**
 * A machine's profile by `name` under profiles/ or by a path, and over it what is `given`; one worker per core, on the CPU.
 * Models are those of the profile and, before them, of the environment.
 */
export const runProfile = (project: Project, name: string | undefined, given: Given, cwd: string): RunProfile => {
  const file = name === undefined ? {} : readProfile(project, name, cwd)
  const { workers = availableParallelism(), device = "cpu" } = {
    ...file,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  } as Given
  const models = { ...file.models, ...endpointsOfEnvironment() }
  const said = Object.keys(models).length === 0 ? {} : { models }
  return { workers: checkedWorkers("--workers", workers), device, ...said }
}

const checkedWorkers = (where: string, count: unknown): number => {
  if (Number.isInteger(count) && (count as number) >= 1 && (count as number) <= 256) return count as number
  throw new SluiceError("SLUICE_BAD_OPTION", `${where} cannot be ${JSON.stringify(count)}`, {
    hint: "give a number from 1 to 256"
  })
}

const readProfile = (project: Project, given: string, cwd: string): Given => {
  const path = profileFile(project, given, cwd)
  const place = relative(cwd, path)
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, "utf8"))
  } catch (cause) {
    throw new SluiceError("SLUICE_BAD_INPUT", `${place} is not JSON: ${(cause as Error).message}`, {
      hint: 'a profile is an object like { "device": "webgpu", "workers": 4 }'
    })
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new SluiceError("SLUICE_BAD_INPUT", `${place} is no object`, {
      hint: 'a profile is an object like { "device": "webgpu", "workers": 4 }'
    })
  const profile = value as { readonly [field: string]: unknown }
  for (const field of Object.keys(profile))
    if (!fields.includes(field as keyof RunProfile))
      throw unknownName("SLUICE_UNKNOWN_OPTION", `${place} has no use for`, field, fields, "a profile has")
  const { workers, device, models } = profile
  if (device !== undefined && !devices.includes(device as Device))
    throw unknownName("SLUICE_UNKNOWN", `${place}: there is no device`, String(device), devices, "devices")
  return {
    ...(workers === undefined ? {} : { workers: checkedWorkers(`${place}: workers`, workers) }),
    ...(device === undefined ? {} : { device: device as Device }),
    ...(models === undefined ? {} : { models: checkedEndpoints(`${place}: models`, models) })
  }
}

const profileFile = (project: Project, given: string, cwd: string): string => {
  const folder = join(project.root, "profiles")
  for (const path of [join(folder, `${given}.json`), resolve(cwd, given)])
    if (existsSync(path) && statSync(path).isFile()) return path
  const known = existsSync(folder)
    ? readdirSync(folder).flatMap((file) => (file.endsWith(".json") ? [basename(file, ".json")] : []))
    : []
  const guess = nearest(given, known)
  throw new SluiceError(
    "SLUICE_UNKNOWN",
    `there is no profile "${given}"${guess ? `; did you mean "${guess}"?` : ""}`,
    {
      evidence: [`profiles: ${known.join(", ") || "none"} (in ${folder})`],
      hint: "give a name under profiles/ or the path of a JSON file"
    }
  )
}
