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
    const [{ planPipeline }, { totalExpected }, { totalCalls, withCalls }, { findProject, pipelineFile }, print] =
      await Promise.all([
        import("../run/plan-pipeline.ts"),
        import("../run/expectation.ts"),
        import("../run/call-forecast.ts"),
        import("../run/project.ts"),
        import("./print-plan.ts")
      ])
    const { printJson, terminal } = await import("./print.ts")
    const project = findProject(process.cwd(), shared.store)
    const file = pipelineFile(project, pipeline, process.cwd())
    const { models = {}, ...profile } = await givenProfile(project, flags)
    const { survey, plan } = await planPipeline({ project, file, sets, ...profile })
    const { graph } = survey
    const nodes = withCalls(plan.nodes, graph.nodes, survey.store, graph.pipeline, models)
    if (shared.json) {
      const { graphJson } = await import("../graph/render.ts")
      const [expected, calls] = [totalExpected(nodes), totalCalls(nodes)]
      printJson({ ...graphJson(graph, nodes), ...(expected && { expected }), ...(calls && { calls }) })
    } else if (mermaid) process.stdout.write(print.mermaidOf(graph, nodes))
    else print.printPlan(terminal(process.stdout), graph.pipeline, nodes)
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
