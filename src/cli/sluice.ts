// The root command: what every command shares. Its subcommands are attached in main.ts, so that they can read its flags.
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { SluiceError } from "../errors.ts"
import { type Device, devices } from "../model/train/device.ts"
import type { RunProfile } from "../run/profile.ts"
import type { Project } from "../run/project.ts"

/** The flags that stand with every command. */
export interface Shared {
  readonly json: boolean
  readonly store: string | undefined
  readonly trace: boolean
}

export const sluice = Command.make("sluice").pipe(
  Command.withSharedFlags({
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print JSON, one value a line, as docs/json.md describes"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    ),
    store: Flag.String("store").pipe(
      Flag.withMetavar("PATH"),
      Flag.withDescription("Where results are kept (default: .sluice beside package.json)"),
      Flag.optional
    ),
    trace: Flag.Boolean("trace").pipe(
      Flag.withDescription("Show the stack of an error"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    )
  }),
  Command.withDescription(
    "Pipelines that end in a fine-tuned, evaluated language model, and know where every row came from."
  ),
  Command.withExamples([
    { command: "sluice run quickstart", description: "Run pipelines/quickstart.ts" },
    { command: "sluice plan quickstart", description: "Say what would run, and why" },
    { command: "sluice trace quickstart 3f9a", description: "Where a row came from and what used it" }
  ])
)

export const pipelineArgument = Argument.String("PIPELINE").pipe(
  Argument.withDescription("A name under pipelines/, or the path of a file")
)

export const modelArgument = Argument.String("MODEL").pipe(
  Argument.withDescription(
    "A model's or adapter's folder, a .gguf file, or of a pipeline's last run PIPELINE/OUTPUT (PIPELINE alone where it has one model)"
  )
)

export const setFlag = Flag.String("set").pipe(
  Flag.withMetavar("NAME=VALUE"),
  Flag.withDescription("Set a parameter of the pipeline, or an option as NODE.OPTION=VALUE; may be repeated"),
  Flag.atLeast(0)
)

/** The flags of a run profile: a name, and what stands above what the profile says. */
export const profileFlags = {
  profile: Flag.String("profile").pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription("What to use of the machine: profiles/NAME.json, or the path of such a file"),
    Flag.optional
  ),
  workers: Flag.Int("workers").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription("Worker threads (default: one per core)"),
    Flag.optional
  ),
  device: Flag.Literals("device", devices).pipe(
    Flag.withDescription("Where programs compute (default: cpu); sluice doctor lists what is there"),
    Flag.optional
  )
} as const

/** What a handler is given besides its own flags and arguments. */
export const sharedFlags: Effect.Effect<Shared, never, Command.CommandContext<"sluice">> = Effect.map(
  sluice,
  ({ json, store, trace }) => ({ json, store: Option.getOrUndefined(store), trace })
)

/** A handler as a plain function; what it throws becomes the command's error. */
export const handler =
  <Input>(run: (input: Input, shared: Shared) => Promise<void>) =>
  (input: Input): Effect.Effect<void, unknown, Command.CommandContext<"sluice">> =>
    Effect.gen(function* () {
      const shared = yield* sharedFlags
      yield* Effect.tryPromise({ try: () => run(input, shared), catch: (cause) => cause })
    })

/** `--set` texts as a record; a text without "=" is an error. */
export const parseSets = (texts: ReadonlyArray<string>): { readonly [target: string]: string } =>
  Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=")
      if (at < 1)
        throw new SluiceError("SLUICE_BAD_OPTION", `--set ${text} has no value`, {
          hint: "write --set NAME=VALUE or --set NODE.OPTION=VALUE"
        })
      return [text.slice(0, at), text.slice(at + 1)]
    })
  )

/** What the flags of a run profile come to. */
export const givenProfile = async (
  project: Project,
  flags: {
    readonly profile: Option.Option<string>
    readonly workers: Option.Option<number>
    readonly device: Option.Option<Device>
  }
): Promise<RunProfile> => {
  const { runProfile } = await import("../run/profile.ts")
  const workers = Option.getOrUndefined(flags.workers)
  const device = Option.getOrUndefined(flags.device)
  return runProfile(project, Option.getOrUndefined(flags.profile), { workers, device }, process.cwd())
}
