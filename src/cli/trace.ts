// sluice trace: a row back to the bytes it came from, and forward to the models and reports that used it.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { handler, pipelineArgument } from "./sluice.ts"

export const trace = Command.make(
  "trace",
  {
    pipeline: pipelineArgument,
    id: Argument.String("ID").pipe(Argument.withDescription("A row id; its first digits are enough"))
  },
  handler(async ({ pipeline, id }, shared) => {
    const [{ openPast }, { traceRow }, { printTrace }, { printJson, terminal }] = await Promise.all([
      import("./past.ts"),
      import("../lineage/trace.ts"),
      import("./print-lineage.ts"),
      import("./print.ts")
    ])
    const past = openPast(pipeline, shared)
    const traced = traceRow(past, id)
    if (shared.json) printJson(traced)
    else await printTrace(terminal(process.stdout), past, traced)
  })
).pipe(
  Command.withDescription(
    "Trace a row of the last finished run: back to file and line, through every node, and to the models that saw it."
  ),
  Command.withShortDescription("Where a row came from, and what used it"),
  Command.withExamples([
    { command: "sluice trace quickstart 3f9a12", description: "By the first digits of its id" },
    { command: "sluice trace quickstart 3f9a12 --json", description: "With every step" }
  ])
)
