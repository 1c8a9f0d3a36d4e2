// sluice init: a small project that runs, in a folder that has none.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { handler } from "./sluice.ts"

export const init = Command.make(
  "init",
  {
    folder: Argument.String("FOLDER").pipe(
      Argument.withDescription("Where to put it; made if need be (default: here)"),
      Argument.withDefault(".")
    )
  },
  handler(async ({ folder }, shared) => {
    const [{ makeProject }, { printJson, terminal }] = await Promise.all([
      import("./new-project.ts"),
      import("./print.ts")
    ])
    const made = makeProject(process.cwd(), folder)
    if (shared.json) return printJson(made)
    const { line, paint } = terminal(process.stdout)
    line(`a project in ${paint("bold", made.folder)}`)
    for (const file of made.files) line(`  ${file}`)
    line("next")
    for (const command of made.next) line(`  ${command}`)
  })
).pipe(
  Command.withDescription(
    "Make a project: a pipeline that runs on a small file, a stage of its own, and what npm and the compiler need. Overwrites nothing."
  ),
  Command.withShortDescription("Make a new project"),
  Command.withExamples([
    { command: "sluice init", description: "In this folder" },
    { command: "sluice init my-project", description: "In a new one" }
  ])
)
