// sluice gc: removes from the store what no pipeline and none of the last runs reach.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { handler } from "./sluice.ts"

export const gc = Command.make(
  "gc",
  {
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Say what would go, and remove nothing"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    ),
    keep: Flag.Int("keep").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("Keep what the last N runs made (default 3)"),
      Flag.withDefault(3)
    ),
    cells: Flag.Boolean("cells").pipe(
      Flag.withDescription("Remove the replies of models, too: what needs them buys them again"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    )
  },
  handler(async ({ dryRun, keep, cells }, shared) => {
    const [{ findProject }, { Store }, { collectGarbage }, { printJson, terminal }, { printGc }] = await Promise.all([
      import("../run/project.ts"),
      import("../store/store.ts"),
      import("../store/gc.ts"),
      import("./print.ts"),
      import("./print-store.ts")
    ])
    const store = new Store(findProject(process.cwd(), shared.store).storeRoot)
    const report = await collectGarbage(store, { dryRun, keepRuns: keep, cells })
    if (shared.json) printJson({ dryRun, ...report })
    else printGc(terminal(process.stdout), report, dryRun)
  })
).pipe(
  Command.withDescription(
    "Remove what no pipeline's last finished run and none of the last runs reach. Nothing goes while a run is at work."
  ),
  Command.withShortDescription("Remove what is no longer needed"),
  Command.withExamples([
    { command: "sluice gc --dry-run", description: "Say what would go" },
    { command: "sluice gc --keep 1", description: "Keep the last run's results only" }
  ])
)
