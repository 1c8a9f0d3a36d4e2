// sluice steps: the step ledger of a trained model, and the rows behind the steps whose loss stands out.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { handler, modelArgument } from "./sluice.ts"

export const steps = Command.make(
  "steps",
  {
    model: modelArgument,
    spikes: Flag.Boolean("spikes").pipe(
      Flag.withDescription("Only the steps whose loss stands out, with their rows and where these come from"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    ),
    rows: Flag.Int("rows").pipe(
      Flag.withMetavar("N"),
      Flag.withDescription("Steps to list, or rows of each spike (default 20; --json lists all)"),
      Flag.withDefault(20)
    )
  },
  handler(async ({ model, spikes, rows }, shared) => {
    const [
      { namedModel },
      { readSteps, rowsOfStep, spikesOf },
      { folderSummary },
      { Origins },
      print,
      { printJson, terminal }
    ] = await Promise.all([
      import("./named-model.ts"),
      import("../lineage/steps.ts"),
      import("../lineage/training-summary.ts"),
      import("../lineage/origin.ts"),
      import("./print-steps.ts"),
      import("./print.ts")
    ])
    const { path, made } = namedModel(model, shared)
    const all = await readSteps(path)
    const to = terminal(process.stdout)
    if (!spikes) {
      if (shared.json) printJson(...all)
      else {
        print.printSteps(to, all, rows)
        print.printSources(to, folderSummary(path)?.sources ?? [])
      }
      return
    }
    const origins = made && new Origins(made.past)
    const found = spikesOf(all).map(({ rowIds, ...spike }) => ({
      ...spike,
      rows:
        made === undefined
          ? [...new Set(rowIds)].map((id) => ({ id, sources: [] }))
          : rowsOfStep(origins!, made.node, { ...spike, rowIds })
    }))
    if (shared.json) printJson(...found)
    else print.printSpikes(to, found, all.length, { most: rows, pipeline: made?.past.ref.pipeline })
  })
).pipe(
  Command.withDescription(
    "List the steps of a training: loss, tokens, gradient norm and learning rate, and what each source contributed; with --spikes those whose loss is far above the steps before, and the rows that they saw."
  ),
  Command.withShortDescription("The steps of a training"),
  Command.withExamples([
    { command: "sluice steps quickstart/tuned", description: "Of a model that a pipeline made" },
    { command: "sluice steps quickstart/tuned --spikes", description: "What made the loss jump" },
    { command: "sluice steps models/mine --json", description: "Every step with its row ids and its sources" }
  ])
)
