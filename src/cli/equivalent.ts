// sluice equivalent: accepts a refactoring, so that nothing is computed again because of it; lists and revokes.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { SluiceError } from "../errors.ts"
import type { PastRun } from "../lineage/past-run.ts"
import { handler, pipelineArgument, type Shared } from "./sluice.ts"

interface Asked {
  readonly node: Option.Option<string>
  readonly because: Option.Option<string>
  readonly revoke: boolean
  readonly list: boolean
}

/** Exactly one of the three things the command does. */
const checkAsked = ({ node, because, revoke, list }: Asked): void => {
  const asked = [Option.isSome(because), revoke, list].filter(Boolean).length
  if (asked !== 1)
    throw new SluiceError("SLUICE_BAD_OPTION", "sluice equivalent takes one of --because, --revoke and --list", {
      hint: 'sluice equivalent PIPELINE NODE --because "why the results stay the same"'
    })
  if (!list && Option.isNone(node))
    throw new SluiceError("SLUICE_BAD_OPTION", "sluice equivalent needs NODE", {
      hint: "sluice equivalent --help shows what it takes"
    })
  if (Option.isSome(because) && because.value.trim() === "")
    throw new SluiceError("SLUICE_BAD_OPTION", "--because is empty: whoever reads it later needs a reason")
}

const accept = async (pipeline: string, shared: Shared, past: PastRun, name: string, because: string) => {
  const [{ findProject, pipelineFile }, { survey }, { acceptRefactoring }, { nodeNamed }] = await Promise.all([
    import("../run/project.ts"),
    import("../run/survey.ts"),
    import("../run/refactoring.ts"),
    import("./node-account.ts")
  ])
  const project = findProject(process.cwd(), shared.store)
  const file = pipelineFile(project, pipeline, process.cwd())
  const surveyed = await survey(project, file, past.ref.sets, 1)
  return acceptRefactoring(surveyed, nodeNamed(surveyed.graph, name), because)
}

export const equivalent = Command.make(
  "equivalent",
  {
    pipeline: pipelineArgument,
    node: Argument.String("NODE").pipe(
      Argument.withDescription("The node whose code was refactored"),
      Argument.optional
    ),
    because: Flag.String("because").pipe(
      Flag.withMetavar("REASON"),
      Flag.withDescription("Why the new code gives the same results"),
      Flag.optional
    ),
    revoke: Flag.Boolean("revoke").pipe(
      Flag.withDescription("Take back what was accepted for the node"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    ),
    list: Flag.Boolean("list").pipe(
      Flag.withDescription("List what was accepted, and what was taken back"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    )
  },
  handler(async ({ pipeline, node, because, revoke, list }, shared) => {
    checkAsked({ node, because, revoke, list })
    const [{ openPast }, { acceptancesOf }, refactoring, print, { printJson, terminal }] = await Promise.all([
      import("./past.ts"),
      import("../store/acceptance.ts"),
      import("../run/refactoring.ts"),
      import("./print-equivalent.ts"),
      import("./print.ts")
    ])
    const past = openPast(pipeline, shared)
    const name = Option.isSome(node) ? past.known(node.value) : undefined
    const to = terminal(process.stdout)
    const stageOf = (one: string) => past.record(one).stage
    if (list) {
      const stages = new Set((name === undefined ? past.nodes : [name]).map(stageOf))
      const all = acceptancesOf(past.store.root, stages)
      if (shared.json) printJson(...all)
      else print.printAcceptances(to, past.ref.pipeline, all)
    } else if (revoke) {
      const taken = refactoring.revokeRefactorings(past.store, past.ref.pipeline, name!, stageOf(name!))
      if (shared.json) printJson(...taken)
      else print.printRevoked(to, name!, taken)
    } else {
      const acceptance = await accept(pipeline, shared, past, name!, Option.getOrThrow(because).trim())
      if (shared.json) printJson(acceptance)
      else print.printAccepted(to, acceptance)
    }
  })
).pipe(
  Command.withDescription(
    "Accept that a node's new code gives the same results as the code of the last finished run: its results count again, and so do those below it. The word holds for exactly this change of this stage, is told wherever the results are, and can be taken back."
  ),
  Command.withShortDescription("Accept a refactoring, list or revoke"),
  Command.withExamples([
    { command: 'sluice equivalent quickstart quality.gopher --because "only renamed helpers"', description: "Accept" },
    { command: "sluice equivalent quickstart --list", description: "What was accepted, by whom, when and why" },
    { command: "sluice equivalent quickstart quality.gopher --revoke", description: "Take it back" }
  ])
)
