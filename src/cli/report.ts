// sluice report: the page of the last finished run with what it takes to read the rows: measures, samples, duplicates, mixture.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { handler, pipelineArgument } from "./sluice.ts"

export const report = Command.make(
  "report",
  {
    pipeline: pipelineArgument,
    out: Flag.String("out").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("Where to write the page (default: reports/PIPELINE.html in the store)"),
      Flag.optional
    )
  },
  handler(async ({ pipeline, out }, shared) => {
    const began = performance.now()
    const [
      { openPast },
      { writeReport },
      { shortPath },
      { bytes, printJson, seconds, terminal },
      { resolve },
      { statSync }
    ] = await Promise.all([
      import("./past.ts"),
      import("../dash/report.ts"),
      import("./print-run.ts"),
      import("./print.ts"),
      import("node:path"),
      import("node:fs")
    ])
    const { store, ref } = openPast(pipeline, shared)
    const file = Option.getOrUndefined(out)
    const place = file === undefined ? {} : { path: resolve(file) }
    const path = await writeReport(store, ref, { rows: true, ...place })
    const { size } = statSync(path)
    if (shared.json) printJson({ pipeline: ref.pipeline, run: ref.run, path, bytes: size })
    else
      terminal(process.stdout).line(
        `report: ${shortPath(path)} (${bytes(size)}, in ${seconds((performance.now() - began) / 1000)})`
      )
  })
).pipe(
  Command.withDescription(
    "Write the report of the last finished run as one HTML page that needs nothing else: a funnel with rows and bytes by reason, histograms of all measures with their thresholds, rows that were kept and dropped side by side, duplicates with their differences marked, languages and sources before and after. Nothing is run: all is read from the store. A run writes the same page without what it takes to read the rows, which is about a second for every 100 MB of text."
  ),
  Command.withShortDescription("A page about the last run"),
  Command.withExamples([
    { command: "sluice report quickstart", description: "Into the store, where the run left its own" },
    { command: "sluice report quickstart --out quickstart.html", description: "To a file that can be sent" }
  ])
)
