// sluice run: the plan, the work as it goes, and what came of it.
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { SluiceError } from "../errors.ts"
import type { RunResult } from "../run/run.ts"
import { givenProfile, parseSets, pipelineArgument, profileFlags, setFlag, sharedFlags } from "./sluice.ts"

const maxFailedFlag = Flag.Finite("max-failed").pipe(
  Flag.withMetavar("SHARE"),
  Flag.withDescription(
    "Go on while at most this share of a node's rows fail, 0.01 for 1 % (default: 0, stop after it)"
  ),
  Flag.withDefault(0)
)

const budgetFlag = Flag.Finite("budget").pipe(
  Flag.withMetavar("MONEY"),
  Flag.withDescription(
    "The most that calls of models may cost, in the money of the profile's prices (default: no limit)"
  ),
  Flag.optional
)

const moneyOf = (money: number | undefined): number | undefined => {
  if (money === undefined || money >= 0) return money
  throw new SluiceError("SLUICE_BAD_OPTION", `--budget cannot be ${money}`, { hint: "give an amount of 0 or more" })
}

const shareOf = (share: number): number => {
  if (share >= 0 && share <= 1) return share
  throw new SluiceError("SLUICE_BAD_OPTION", `--max-failed cannot be ${share}`, { hint: "give a share from 0 to 1" })
}

const attempt = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: (cause) => cause })

/** Writes the HTML report of a run; one where nothing ran keeps the report that is there. */
const report = async (result: RunResult): Promise<string> => {
  const path = join(result.store.root, "reports", `${result.ref.pipeline}.html`)
  if (existsSync(path) && result.nodes.every(({ verdict }) => verdict === "hit")) return path
  const { writeReport } = await import("../dash/report.ts")
  return writeReport(result.store, result.ref)
}

/** Runs and reports; what the report finds damaged is rebuilt by running again. */
const reported = (running: Effect.Effect<RunResult, Error>) =>
  running.pipe(
    Effect.flatMap((result) =>
      Effect.map(
        attempt(() => report(result)),
        (path) => ({ result, path })
      )
    ),
    Effect.retry({ times: 2, while: (cause) => cause instanceof SluiceError && cause.code === "SLUICE_DAMAGED" })
  )

export const run = Command.make(
  "run",
  { pipeline: pipelineArgument, set: setFlag, ...profileFlags, maxFailed: maxFailedFlag, budget: budgetFlag },
  ({ pipeline, set, maxFailed, budget, ...flags }) =>
    Effect.gen(function* () {
      const shared = yield* sharedFlags
      const [{ runPipeline }, { findProject, pipelineFile }, { RunDisplay }, { printResult }, { printJson }] =
        yield* attempt(() =>
          Promise.all([
            import("../run/run.ts"),
            import("../run/project.ts"),
            import("./run-display.ts"),
            import("./print-run.ts"),
            import("./print.ts")
          ])
        )
      const prepared = yield* attempt(async () => {
        const project = findProject(process.cwd(), shared.store)
        const file = pipelineFile(project, pipeline, process.cwd())
        const { models = {}, ...profile } = await givenProfile(project, flags)
        const calls = { endpoints: models, money: moneyOf(Option.getOrUndefined(budget)) }
        const means = { ...profile, calls, maxFailed: shareOf(maxFailed) }
        return { project, file, sets: parseSets(set), ...means }
      })
      if (shared.json) {
        const { result } = yield* reported(
          runPipeline({ ...prepared, listeners: [(event) => event.event !== "failed" && printJson(event)] })
        )
        if (!result.passed) process.exitCode = 3
        return
      }
      const display = new RunDisplay(pipeline)
      const { result, path } = yield* reported(
        runPipeline({
          ...prepared,
          listeners: [(event) => display.event(event)],
          planned: (plan) => {
            display.planned(plan)
            // Loaded while the threads work, for the report comes last.
            if (plan.some(({ verdict }) => verdict !== "hit")) import("../dash/report.ts").catch(() => {})
          }
        }).pipe(Effect.ensuring(Effect.sync(() => display.close())))
      )
      yield* attempt(async () => printResult(pipeline, result, display.idle, path))
    })
).pipe(
  Command.withDescription(
    "Run a pipeline: only what changed since earlier runs, and resume what was interrupted. Exit 3 where a gate does not open."
  ),
  Command.withShortDescription("Run a pipeline"),
  Command.withExamples([
    { command: "sluice run quickstart", description: "Run pipelines/quickstart.ts" },
    { command: "sluice run quickstart --set 'input=docs/**/*.md'", description: "On a folder of your own" },
    {
      command: "sluice run quickstart --max-failed 0.01",
      description: "Leave failed rows out, as long as they are at most 1 % of a node's"
    },
    {
      command: "sluice run quickstart --device webgpu",
      description: "Train and evaluate on a GPU; sluice doctor lists what is there"
    },
    { command: "sluice run quickstart --json", description: "One event a line; the last one is the result" }
  ])
)
