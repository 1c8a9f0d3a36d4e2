// A temporary project with the library and the stages of this repository linked into it.
import { symlinkSync } from "node:fs"
import { join } from "node:path"
import type { Engine } from "./engine.ts"
import { repository } from "./sequence.ts"
import { TempRun } from "./temp-run.ts"

/** A project in a folder of its own, with the library and the stages of this one. */
export const linkedProject = (on: Engine): TempRun => {
  const temp = new TempRun(on)
  const imports = { "#sluice": "./src/index.ts", "#stages": "./stages/index.ts" }
  temp.write("package.json", JSON.stringify({ type: "module", imports }))
  for (const linked of ["src", "stages", "node_modules"]) symlinkSync(join(repository, linked), temp.path(linked))
  return temp
}
