// The command line: the tree of commands, how their errors are told, and the exit code. Engines load when a command runs.
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import * as Fiber from "effect/Fiber"
import manifest from "../../package.json" with { type: "json" }
import { card } from "./card.ts"
import { chat } from "./chat.ts"
import { diff } from "./diff.ts"
import { doctor } from "./doctor.ts"
import { drops } from "./drops.ts"
import { equivalent } from "./equivalent.ts"
import { exportOutput } from "./export.ts"
import { gc } from "./gc.ts"
import { init } from "./init.ts"
import { plan } from "./plan.ts"
import { tellError } from "./print-error.ts"
import { colourful } from "./print.ts"
import { report } from "./report.ts"
import { run } from "./run.ts"
import { runs } from "./runs.ts"
import { show } from "./show.ts"
import { sluice } from "./sluice.ts"
import { steps } from "./steps.ts"
import { trace } from "./trace.ts"
import { whatIf } from "./what-if.ts"
import { why } from "./why.ts"

const commands = sluice.pipe(
  Command.withSubcommands([
    plan,
    run,
    why,
    whatIf,
    equivalent,
    show,
    trace,
    drops,
    report,
    diff,
    exportOutput,
    steps,
    chat,
    card,
    runs,
    gc,
    doctor,
    init
  ])
)

/** Invalid invocations are told with all other errors; only help and version are printed here. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    Effect.sync(() => {
      if (event._tag === "Help")
        process.stdout.write(
          `${CliOutput.defaultFormatter({ colors: colourful(process.stdout) }).formatHelpDoc(event.helpDoc)}\n`
        )
      else if (event._tag === "Version") process.stdout.write(`${event.name} ${event.version}\n`)
    })
}

const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

const args = process.argv.slice(2)
const fiber = Effect.runFork(
  Command.runWith(commands, { version: manifest.version })(args).pipe(
    Effect.provideService(CliConfig.CliConfig, { builtIns }),
    Effect.provideService(CliOutput.Presenter, presenter)
  ) as Effect.Effect<void, unknown>
)

/** One Ctrl-C may arrive twice, from the terminal and from a parent; a second one later ends the process at once. */
const sameSignalMs = 500
let interrupted: number | undefined
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    const now = performance.now()
    if (interrupted === undefined) {
      interrupted = now
      Effect.runFork(Fiber.interrupt(fiber))
    } else if (now - interrupted > sameSignalMs) process.exit(130)
  })
process.stdout.on("error", (cause: NodeJS.ErrnoException) => {
  if (cause.code === "EPIPE") process.exit(0)
  throw cause
})

fiber.addObserver((exit) => {
  if (interrupted !== undefined) {
    process.stderr.write("interrupted; finished work is kept, run again to go on\n")
    process.exitCode = 130
  } else if (Exit.isFailure(exit)) process.exitCode = tellError(Cause.squash(exit.cause), args)
  process.stdout.write("", () => process.exit())
})
