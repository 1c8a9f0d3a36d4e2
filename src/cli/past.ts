// The last finished run that a command asks about, found by the pipeline's file or by its name.
import { unknownName } from "../errors.ts"
import { PastRun } from "../lineage/past-run.ts"
import type { PipelineRef } from "../run/node-record.ts"
import { findProject, pipelineFile } from "../run/project.ts"
import { Store } from "../store/store.ts"
import type { Shared } from "./sluice.ts"

/** Opens the last finished run of a pipeline, from the store alone: the pipeline's module is not loaded. */
export const openPast = (given: string, shared: Shared): PastRun => {
  const project = findProject(process.cwd(), shared.store)
  const store = new Store(project.storeRoot)
  let missing: unknown
  try {
    const file = pipelineFile(project, given, process.cwd())
    const refs = store.refNames().flatMap((name) => store.ref<PipelineRef>(name) ?? [])
    const found = refs.filter((ref) => ref.file === file).sort((a, b) => (a.run < b.run ? 1 : -1))[0]
    if (found !== undefined) return new PastRun(store, found.pipeline)
  } catch (cause) {
    missing = cause
  }
  if (store.ref(given) !== undefined) return new PastRun(store, given)
  if (missing !== undefined) throw missing
  return new PastRun(store, given)
}

/** An output of a past run by name; names that do not exist are errors with a guess. */
export const outputOf = (past: PastRun, name: string) => {
  const output = past.ref.outputs[name]
  if (output !== undefined) return output
  const names = Object.keys(past.ref.outputs)
  throw unknownName("SLUICE_UNKNOWN", `${past.ref.pipeline} has no output`, name, names, "its outputs")
}
