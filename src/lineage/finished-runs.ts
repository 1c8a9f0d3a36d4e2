// The finished runs of a pipeline, by what each left as its ref; and one of them by the first characters of its name.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { SluiceError } from "../errors.ts"
import { readEnds } from "../run/journal.ts"
import type { PipelineRef } from "../run/node-record.ts"
import type { Store } from "../store/store.ts"

/** The refs of a pipeline's finished runs, the one that began last at the end. */
export const finishedRuns = (store: Store, pipeline: string): ReadonlyArray<PipelineRef> =>
  store
    .runNames()
    .flatMap((run) => {
      const folder = join(store.root, "runs", run)
      const path = join(folder, "ref.json")
      if (!existsSync(path)) return []
      const ref = refIn(readFileSync(path, "utf8"))
      return ref?.pipeline === pipeline ? [{ ref, began: readEnds(folder)?.first.at ?? 0 }] : []
    })
    .sort((a, b) => a.began - b.began)
    .map(({ ref }) => ref)

/** A run that was killed while it wrote its ref did not finish. */
const refIn = (text: string): PipelineRef | undefined => {
  try {
    return JSON.parse(text) as PipelineRef
  } catch {
    return undefined
  }
}

/** The run whose name begins as a user typed it. */
export const runNamed = (runs: ReadonlyArray<PipelineRef>, pipeline: string, given: string): PipelineRef => {
  const found = runs.filter(({ run }) => run.startsWith(given))
  if (found.length === 1) return found[0]!
  throw new SluiceError(
    "SLUICE_UNKNOWN",
    found.length === 0
      ? `${pipeline} has no finished run "${given}"`
      : `${found.length} runs of ${pipeline} begin with "${given}"`,
    {
      evidence: (found.length === 0 ? runs.slice(-5) : found).map(({ run }) => run),
      hint: "sluice runs lists them; the first characters are enough"
    }
  )
}
