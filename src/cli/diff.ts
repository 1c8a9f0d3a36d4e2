// sluice diff: what differs between two finished runs, and which edits made the difference.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { SluiceError, unknownName } from "../errors.ts"
import type { PipelineRef } from "../run/node-record.ts"
import { handler, pipelineArgument } from "./sluice.ts"

/** Rows of each output that are shown as text unless told otherwise. */
const shownRows = 4

export const diff = Command.make(
  "diff",
  {
    pipeline: pipelineArgument,
    before: Argument.String("RUN").pipe(
      Argument.withDescription("The earlier run, by the first characters of its name (default: the last but one)"),
      Argument.optional
    ),
    after: Argument.String("RUN").pipe(
      Argument.withDescription("The later run (default: the last)"),
      Argument.optional
    ),
    output: Flag.String("output").pipe(
      Flag.withMetavar("NAME"),
      Flag.withDescription("Only this output"),
      Flag.optional
    ),
    rows: Flag.Int("rows").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription(`Rows of each output to show (default ${shownRows}; --json gives all)`),
      Flag.optional
    )
  },
  handler(async ({ pipeline, before, after, output, rows }, shared) => {
    const [{ openPast }, { PastRun }, runs, { compareRuns }, { printDiff }, { printJson, terminal }] =
      await Promise.all([
        import("./past.ts"),
        import("../lineage/past-run.ts"),
        import("../lineage/finished-runs.ts"),
        import("./run-diff.ts"),
        import("./print-diff.ts"),
        import("./print.ts")
      ])
    const { store, ref } = openPast(pipeline, shared)
    const finished = runs.finishedRuns(store, ref.pipeline)
    const second = Option.isSome(after) ? runs.runNamed(finished, ref.pipeline, after.value) : finished.at(-1)
    const first = Option.isSome(before) ? runs.runNamed(finished, ref.pipeline, before.value) : finished.at(-2)
    if (first === undefined || second === undefined)
      throw new SluiceError("SLUICE_NO_RUN", `${ref.pipeline} has only one finished run in this store`, {
        hint: `sluice run ${ref.pipeline}, after an edit`
      })
    const only = Option.getOrUndefined(output)
    if (only !== undefined) checkOutput(ref.pipeline, first, second, only)
    const open = (one: PipelineRef) => new PastRun(store, one.pipeline, one)
    const compared = compareRuns(open(first), open(second), only)
    const limit = Option.getOrUndefined(rows)
    if (!shared.json) {
      await printDiff(terminal(process.stdout), compared, limit ?? shownRows)
      return
    }
    printJson(compared.summary)
    for (const { output: name } of compared.summary.outputs)
      for await (const row of compared.rows(name, limit ?? Number.POSITIVE_INFINITY)) printJson(row)
  })
).pipe(
  Command.withDescription(
    "Compare two finished runs: the options, code and files that changed, and for each output the rows that came, went and changed, or the figures of a model or report."
  ),
  Command.withShortDescription("What differs between two runs, and why"),
  Command.withExamples([
    { command: "sluice diff quickstart", description: "The last two finished runs" },
    { command: "sluice diff quickstart 20260102T03 --output clean", description: "From an earlier run to the last" },
    { command: "sluice diff quickstart --json", description: "With every row" }
  ])
)

const checkOutput = (pipeline: string, first: PipelineRef, second: PipelineRef, name: string): void => {
  const names = [...new Set([...Object.keys(first.outputs), ...Object.keys(second.outputs)])]
  if (names.includes(name)) return
  throw unknownName("SLUICE_UNKNOWN", `${pipeline} has no output`, name, names, "outputs of these runs")
}
