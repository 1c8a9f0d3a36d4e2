// sluice drops: what was left out, at which node, and why.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { handler, pipelineArgument } from "./sluice.ts"

export const drops = Command.make(
  "drops",
  {
    pipeline: pipelineArgument,
    node: Argument.String("NODE").pipe(Argument.withDescription("Only this node's"), Argument.optional),
    reason: Flag.String("reason").pipe(
      Flag.withMetavar("REASON"),
      Flag.withDescription("Only rows left out for this reason"),
      Flag.optional
    ),
    rows: Flag.Int("rows").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("Rows to list (default 20; --json lists all)"),
      Flag.withDefault(20)
    )
  },
  handler(async ({ pipeline, node, reason, rows }, shared) => {
    const [{ openPast }, lineage, print, { printJson, terminal }] = await Promise.all([
      import("./past.ts"),
      import("../lineage/drops.ts"),
      import("./print-lineage.ts"),
      import("./print.ts")
    ])
    const past = openPast(pipeline, shared)
    const query = {
      node: Option.isSome(node) ? past.known(node.value) : undefined,
      reason: Option.getOrUndefined(reason)
    }
    const counts = lineage.countDrops(past, query)
    if (shared.json) for await (const drop of lineage.listDrops(past, query)) printJson(drop)
    else if (query.node === undefined && query.reason === undefined)
      print.printDropCounts(terminal(process.stdout), past, counts)
    else await print.printDrops(terminal(process.stdout), past, query, counts, rows)
  })
).pipe(
  Command.withDescription("Count what was left out by node and reason; with a node or a reason, list the rows."),
  Command.withShortDescription("What was left out, and why"),
  Command.withExamples([
    { command: "sluice drops quickstart", description: "Counts by node and reason" },
    { command: "sluice drops quickstart quality.gopher", description: "One node's rows, with their scores" },
    { command: "sluice drops quickstart --reason duplicate --json", description: "All rows of a reason" }
  ])
)
