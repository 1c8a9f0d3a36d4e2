// sluice doctor: whether this machine and the store are fit to run, and what to do where they are not.
import * as Command from "effect/cli/Command"
import { handler } from "./sluice.ts"

export const doctor = Command.make(
  "doctor",
  {},
  handler(async (_, shared) => {
    const [{ findProject }, { diagnose }, { printJson, terminal }, { printDiagnosis }] = await Promise.all([
      import("../run/project.ts"),
      import("./diagnosis.ts"),
      import("./print.ts"),
      import("./print-store.ts")
    ])
    const diagnosis = await diagnose(findProject(process.cwd(), shared.store))
    if (shared.json) printJson(diagnosis)
    else printDiagnosis(terminal(process.stdout), diagnosis)
    if (!diagnosis.ok) process.exitCode = 1
  })
).pipe(
  Command.withDescription(
    "Check versions, disk space and every object in the store, and list the devices that programs can compute on. Exit 1 if something is wrong."
  ),
  Command.withShortDescription("Check this machine and the store"),
  Command.withExamples([{ command: "sluice doctor" }])
)
