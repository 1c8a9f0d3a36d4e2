// A model as a command names it: a folder or file, a pipeline with one model, or PIPELINE/OUTPUT of its last run.
import { existsSync, readdirSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { SluiceError, unknownName } from "../errors.ts"
import type { PastRun } from "../lineage/past-run.ts"
import { resultFolder } from "../run/program-inputs.ts"
import { openPast } from "./past.ts"
import type { Shared } from "./sluice.ts"

/** Where a model lies, and the node of a run that made it, if one did. */
export interface NamedModel {
  readonly path: string
  readonly made?: { readonly past: PastRun; readonly node: string }
}

const signs = /^(config|adapter_config)\.json$|\.gguf$/

const isModel = (path: string): boolean =>
  existsSync(path) &&
  (statSync(path).isDirectory() ? readdirSync(path).some((name) => signs.test(name)) : /\.gguf$/.test(path))

/** The nodes of a run that made a model, by the names of outputs first. */
const modelsOf = (past: PastRun): ReadonlyMap<string, string> => {
  const outputs = Object.entries(past.ref.outputs).flatMap(([name, { kind, node }]) =>
    kind === "model" ? [[name, node] as const] : []
  )
  const nodes = past.nodes.filter((node) => past.record(node).folder?.files.some(({ path }) => signs.test(path)))
  return new Map([...nodes.map((node) => [node, node] as const), ...outputs])
}

const choose = (past: PastRun, wanted: string | undefined): string => {
  const models = modelsOf(past)
  const { pipeline } = past.ref
  if (wanted !== undefined) {
    const node = models.get(wanted)
    if (node !== undefined) return node
    throw unknownName("SLUICE_UNKNOWN", `${pipeline} has no model`, wanted, [...models.keys()], "its models")
  }
  const outputs = Object.entries(past.ref.outputs).filter(([, { kind }]) => kind === "model")
  if (outputs.length === 1) return outputs[0]![1].node
  throw new SluiceError(
    "SLUICE_UNKNOWN",
    `${pipeline} has ${outputs.length === 0 ? "no model" : "several models"} among its outputs`,
    {
      evidence: [`its models: ${[...models.keys()].join(", ") || "none"}`],
      hint: `give ${pipeline}/OUTPUT`
    }
  )
}

/** Finds the model that a command's argument names; throws `SLUICE_UNKNOWN` and `SLUICE_NO_RUN`. */
export const namedModel = (given: string, shared: Shared): NamedModel => {
  const path = resolve(given)
  if (isModel(path)) return { path }
  if (existsSync(path) && (statSync(path).isDirectory() || !path.endsWith(".ts")))
    throw new SluiceError("SLUICE_UNKNOWN", `${given} is no model`, {
      evidence: statSync(path).isDirectory()
        ? [`it holds ${readdirSync(path).slice(0, 8).join(", ") || "nothing"}`]
        : [],
      hint: "a model is a folder with config.json or adapter_config.json, or a .gguf file"
    })
  const [past, wanted] = pastModel(given, shared)
  const node = choose(past, wanted)
  return { path: resultFolder(past.store, past.record(node).folder!), made: { past, node } }
}

/** The run, and what of it is meant: all before the last slash names the pipeline, unless the whole does. */
const pastModel = (given: string, shared: Shared): readonly [PastRun, string | undefined] => {
  try {
    return [openPast(given, shared), undefined]
  } catch (cause) {
    const slash = given.lastIndexOf("/")
    if (slash < 1) throw cause
    return [openPast(given.slice(0, slash), shared), given.slice(slash + 1)]
  }
}
