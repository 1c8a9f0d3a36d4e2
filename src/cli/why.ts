// sluice why: what a node is made of, and why it would run or not.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { givenProfile, handler, parseSets, pipelineArgument, profileFlags, setFlag } from "./sluice.ts"

export const why = Command.make(
  "why",
  {
    pipeline: pipelineArgument,
    node: Argument.String("NODE").pipe(Argument.withDescription("A node's name, as plan shows it")),
    set: setFlag,
    ...profileFlags
  },
  handler(async ({ pipeline, node, set, ...flags }, shared) => {
    const sets = parseSets(set)
    const [{ planPipeline }, { findProject, pipelineFile }, { explainNode }, { printNode }, { printJson, terminal }] =
      await Promise.all([
        import("../run/plan-pipeline.ts"),
        import("../run/project.ts"),
        import("./node-account.ts"),
        import("./print-node.ts"),
        import("./print.ts")
      ])
    const project = findProject(process.cwd(), shared.store)
    const file = pipelineFile(project, pipeline, process.cwd())
    const { survey, plan } = await planPipeline({ project, file, sets, ...(await givenProfile(project, flags)) })
    const account = explainNode(survey, plan, node)
    if (shared.json) printJson(account)
    else printNode(terminal(process.stdout), account)
  })
).pipe(
  Command.withDescription(
    "Explain a node: its verdict and the reasons for it, what it reads, its options, the code behind it, its last run."
  ),
  Command.withShortDescription("Explain a node"),
  Command.withExamples([
    { command: "sluice why quickstart quality.gopher" },
    { command: "sluice why quickstart quality.gopher --set quality.gopher.minWords=80", description: "After a change" }
  ])
)
