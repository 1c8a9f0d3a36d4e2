// sluice runs: every run the store remembers, how it ended, and what it did.
import * as Command from "effect/cli/Command"
import { handler } from "./sluice.ts"

export const runs = Command.make(
  "runs",
  {},
  handler(async (_, shared) => {
    const [{ findProject }, { Store }, { listRuns }, { printJson, terminal }, { printRuns }] = await Promise.all([
      import("../run/project.ts"),
      import("../store/store.ts"),
      import("../lineage/runs.ts"),
      import("./print.ts"),
      import("./print-store.ts")
    ])
    const list = listRuns(new Store(findProject(process.cwd(), shared.store).storeRoot))
    if (shared.json) printJson(...list)
    else printRuns(terminal(process.stdout), list)
  })
).pipe(
  Command.withDescription("List the runs in the store: finished, failed, interrupted or running."),
  Command.withShortDescription("List runs"),
  Command.withExamples([{ command: "sluice runs" }])
)
