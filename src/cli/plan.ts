// sluice plan: what a run would do, node by node, and why. Runs nothing.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { givenProfile, handler, parseSets, pipelineArgument, profileFlags, setFlag } from "./sluice.ts"

export const plan = Command.make(
  "plan",
  {
    pipeline: pipelineArgument,
    set: setFlag,
    ...profileFlags,
    mermaid: Flag.Boolean("mermaid").pipe(
      Flag.withDescription("Print the graph as a Mermaid diagram"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    )
  },
  handler(async ({ pipeline, set, mermaid, ...flags }, shared) => {
    const sets = parseSets(set)
    const [{ planPipeline }, { totalExpected }, { findProject, pipelineFile }, print] = await Promise.all([
      import("../run/plan-pipeline.ts"),
      import("../run/expectation.ts"),
      import("../run/project.ts"),
      import("./print-plan.ts")
    ])
    const { printJson, terminal } = await import("./print.ts")
    const project = findProject(process.cwd(), shared.store)
    const file = pipelineFile(project, pipeline, process.cwd())
    const made = await planPipeline({ project, file, sets, ...(await givenProfile(project, flags)) })
    const { graph } = made.survey
    if (shared.json) {
      const { graphJson } = await import("../graph/render.ts")
      const expected = totalExpected(made.plan.nodes)
      printJson({ ...graphJson(graph, made.plan.nodes), ...(expected === undefined ? {} : { expected }) })
    } else if (mermaid) process.stdout.write(print.mermaidOf(graph, made.plan.nodes))
    else print.printPlan(terminal(process.stdout), graph.pipeline, made.plan.nodes)
  })
).pipe(
  Command.withDescription("Say for every node whether it is a hit, runs, or may run, and why. Nothing is run."),
  Command.withShortDescription("Say what would run, and why"),
  Command.withExamples([
    { command: "sluice plan quickstart", description: "What a run would do now" },
    { command: "sluice plan quickstart --set quality.gopher.minWords=80", description: "What a change would cost" },
    { command: "sluice plan quickstart --mermaid", description: "The graph, for Markdown" }
  ])
)
