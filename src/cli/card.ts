// sluice card: the model card of a trained model, with the lineage of its data; alone, or in a folder with the model's files.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { SluiceError } from "../errors.ts"
import { handler, modelArgument } from "./sluice.ts"

export const card = Command.make(
  "card",
  {
    model: modelArgument,
    out: Flag.String("out").pipe(
      Flag.withMetavar("FOLDER"),
      Flag.withDescription("Copy the model's files there, with the card as README.md; the folder must not exist"),
      Flag.optional
    )
  },
  handler(async ({ model, out }, shared) => {
    const [
      { namedModel },
      { cardFacts },
      { modelCard },
      { Licences },
      { findProject },
      { printJson, terminal },
      fs,
      { join, resolve }
    ] = await Promise.all([
      import("./named-model.ts"),
      import("./card-facts.ts"),
      import("./model-card.ts"),
      import("./licence.ts"),
      import("../run/project.ts"),
      import("./print.ts"),
      import("node:fs"),
      import("node:path")
    ])
    const { path, made } = namedModel(model, shared)
    if (made === undefined)
      throw new SluiceError("SLUICE_UNKNOWN", `${model} was made by no run`, {
        hint: "give PIPELINE/OUTPUT of a run; the lineage of its data is in the store"
      })
    const folder = Option.getOrUndefined(out)
    if (folder !== undefined && fs.existsSync(folder))
      throw new SluiceError("SLUICE_BAD_OPTION", `${folder} exists`, { hint: "give the name of a new folder" })
    const facts = await cardFacts(made.past, made.node, new Licences(findProject(process.cwd(), shared.store).root))
    const text = modelCard(facts)
    if (folder !== undefined) {
      const making = `${resolve(folder)}.${process.pid}.tmp`
      fs.cpSync(path, making, { recursive: true })
      fs.writeFileSync(join(making, "README.md"), text)
      fs.renameSync(making, folder)
    }
    if (shared.json) printJson({ model, ...(folder !== undefined && { path: resolve(folder) }), card: text })
    else if (folder === undefined) process.stdout.write(text)
    else terminal(process.stdout).line(`wrote ${model} with its card to ${folder}`)
  })
).pipe(
  Command.withDescription(
    "Print the model card of a trained model as Markdown: the base and its licence, the files that its rows go back to with their licences, what every node did to the data, hyperparameters, steps and losses, scores on held-out data. With --out it is the README.md of a copy of the model."
  ),
  Command.withShortDescription("A model's card, with its data lineage"),
  Command.withExamples([
    { command: "sluice card quickstart/tuned", description: "As Markdown" },
    { command: "sluice card quickstart/adapter --out my-adapter", description: "A folder to publish" }
  ])
)
