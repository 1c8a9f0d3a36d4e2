// sluice what-if: which rows another option of a filter or select would flip, from the scores that are stored.
import { availableParallelism } from "node:os"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { handler, parseSets, pipelineArgument } from "./sluice.ts"

/** Rows shown as text unless told otherwise. */
const shownRows = 6

export const whatIf = Command.make(
  "what-if",
  {
    pipeline: pipelineArgument,
    node: Argument.String("NODE").pipe(Argument.withDescription("A filter or select, by its node's name")),
    set: Flag.String("set").pipe(
      Flag.withMetavar("OPTION=VALUE"),
      Flag.withDescription("An option of the node's decision; may be repeated"),
      Flag.atLeast(0)
    ),
    rows: Flag.Int("rows").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription(`Flipped rows to show (default ${shownRows}; --json gives all)`),
      Flag.optional
    )
  },
  handler(async ({ pipeline, node, set, rows }, shared) => {
    const began = performance.now()
    const sets = parseSets(set)
    const [{ openPast }, { findProject, pipelineFile }, flips, { printWhatIf }, { printJson, terminal }] =
      await Promise.all([
        import("./past.ts"),
        import("../run/project.ts"),
        import("./flips.ts"),
        import("./print-what-if.ts"),
        import("./print.ts")
      ])
    const project = findProject(process.cwd(), shared.store)
    const past = openPast(pipeline, shared)
    const file = pipelineFile(project, pipeline, process.cwd())
    const found = await flips.whatIf(project, file, past, node, sets, availableParallelism())
    const limit = Option.getOrUndefined(rows)
    if (shared.json) {
      printJson(found.summary)
      for await (const row of found.rows(limit ?? Number.POSITIVE_INFINITY)) printJson(row)
      return
    }
    const spent = (performance.now() - began) / 1000
    const run = Object.entries(found.sets).map(([target, text]) => `${target}=${text}`)
    await printWhatIf(terminal(process.stdout), found, limit ?? shownRows, spent, run)
  })
).pipe(
  Command.withDescription(
    "Decide again with other options, on the scores of the last run: which rows would be kept, dropped, or dropped for another reason. Nothing is measured, and nothing is stored."
  ),
  Command.withShortDescription("Which rows another threshold would flip"),
  Command.withExamples([
    { command: "sluice what-if quickstart quality.gopher --set minWords=80", description: "A higher threshold" },
    { command: "sluice what-if quickstart dedup.minhash --set threshold=0.9 --rows 20", description: "More rows" },
    { command: "sluice what-if quickstart quality.gopher", description: "After an edit of its decide" }
  ])
)
