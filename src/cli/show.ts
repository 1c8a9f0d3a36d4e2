// sluice show: the first rows of a dataset with their ids, or a model's or report's files and data.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { handler, pipelineArgument } from "./sluice.ts"

export const show = Command.make(
  "show",
  {
    pipeline: pipelineArgument,
    output: Argument.String("OUTPUT").pipe(Argument.withDescription("An output of the pipeline")),
    rows: Flag.Int("rows").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("Rows to show (default 5)"),
      Flag.withDefault(5)
    )
  },
  handler(async ({ pipeline, output: name, rows }, shared) => {
    const [{ openPast, outputOf }, print, { printJson, terminal }, { readRows }, { resultFolder }] = await Promise.all([
      import("./past.ts"),
      import("./print-output.ts"),
      import("./print.ts"),
      import("../lineage/rows.ts"),
      import("../run/program-inputs.ts")
    ])
    const past = openPast(pipeline, shared)
    const output = outputOf(past, name)
    const to = terminal(process.stdout)
    const { folder } = past.record(output.node)
    if (folder !== undefined) {
      const place = resultFolder(past.store, folder)
      const { digest, files, data, passed, objections } = folder
      const listed = files.map(({ path, bytes }) => ({ path, bytes }))
      if (shared.json)
        printJson({ output: name, kind: output.kind, path: place, digest, passed, objections, files: listed, data })
      else print.printFolder(to, name, output.kind, place, folder)
      return
    }
    const table = past.table(output.node, output.part)
    if (!shared.json) print.printDatasetHead(to, name, output, table)
    let shown = 0
    for await (const row of readRows(past.store, table.views)) {
      if (shown++ === rows) break
      if (shared.json) printJson({ _id: row.id, ...row.columns })
      else print.printRow(to, row)
    }
  })
).pipe(
  Command.withDescription(
    "Show the first rows of a dataset with their ids, or the files and data of a model or report."
  ),
  Command.withShortDescription("Show an output"),
  Command.withExamples([
    { command: "sluice show quickstart chats --rows 3" },
    { command: "sluice show quickstart report", description: "A report's figures" }
  ])
)
