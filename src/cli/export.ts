// sluice export: a dataset as one Parquet, JSON Lines or Arrow file.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { handler, pipelineArgument } from "./sluice.ts"

export const exportOutput = Command.make(
  "export",
  {
    pipeline: pipelineArgument,
    output: Argument.String("OUTPUT").pipe(Argument.withDescription("A dataset among the pipeline's outputs")),
    file: Argument.String("FILE").pipe(Argument.withDescription("Ends in .parquet, .jsonl or .arrow")),
    ids: Flag.Boolean("ids").pipe(
      Flag.withDescription("Add the row ids as the column _id"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    )
  },
  handler(async ({ pipeline, output, file, ids }, shared) => {
    const [{ openPast, outputOf }, { exportDataset, formatOf }, { printJson, terminal, plural, bytes }] =
      await Promise.all([import("./past.ts"), import("./export-file.ts"), import("./print.ts")])
    const format = formatOf(file)
    const past = openPast(pipeline, shared)
    const made = await exportDataset(past, output, outputOf(past, output), file, { format, ids })
    if (shared.json) printJson({ output, path: file, format, ...made })
    else terminal(process.stdout).line(`wrote ${plural(made.rows, "row")}, ${bytes(made.bytes)}, to ${file}`)
  })
).pipe(
  Command.withDescription("Write a dataset of the last finished run to a file; lists and structs stay nested."),
  Command.withShortDescription("Write a dataset to a file"),
  Command.withExamples([
    { command: "sluice export quickstart chats chats.jsonl" },
    { command: "sluice export quickstart clean clean.parquet --ids", description: "With row ids" }
  ])
)
