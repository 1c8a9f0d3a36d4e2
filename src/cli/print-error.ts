// Errors for the user: one sentence with its code, the evidence, and what to type next; or one JSON line each.
import type { ModelError } from "../model/model-error.ts"
import type * as CliError from "effect/cli/CliError"
import { printJson, type Terminal, terminal, widthOf } from "./print.ts"

/** An error in the form in which it is told. */
export interface Told {
  readonly code: string
  readonly message: string
  readonly evidence: ReadonlyArray<string>
  readonly hint: string | undefined
  readonly exit: number
  readonly stack: string | undefined
}

/** Tells an error on stderr, as JSON on stdout under `--json`; returns the exit code. */
export const tellError = (error: unknown, args: ReadonlyArray<string>): number => {
  const all = toldOf(error)
  const json = args.includes("--json")
  const trace = args.includes("--trace")
  const to = terminal(process.stderr)
  for (const told of all) {
    if (json) {
      const { code, message, evidence, hint } = told
      printJson({ event: "failed", code, message, evidence, ...(hint === undefined ? {} : { hint }) })
    } else for (const line of errorLines(to, told)) to.line(line)
    if (trace && told.stack !== undefined) to.line(to.paint("dim", told.stack))
  }
  return Math.max(0, ...all.map(({ exit }) => exit))
}

/** The lines of an error; the code stands at the right edge, or two spaces after the sentence. */
export const errorLines = (to: Pick<Terminal, "tty" | "width" | "paint">, told: Told): ReadonlyArray<string> => {
  const sentence = `✗ ${told.message}`
  const edge = Math.min(to.width, 120)
  const room = edge - widthOf(sentence) - widthOf(told.code)
  const gap = to.tty && room >= 2 ? " ".repeat(room) : "  "
  return [
    `${to.paint("red", "✗")} ${to.paint("bold", told.message)}${gap}${to.paint("dim", told.code)}`,
    ...told.evidence.map((line) => `  ${line}`),
    ...(told.hint === undefined ? [] : [`  → ${told.hint}`])
  ]
}

const toldOf = (error: unknown): ReadonlyArray<Told> => {
  const { _tag: tag } = (typeof error === "object" && error !== null ? error : {}) as { readonly _tag?: unknown }
  if (tag === "SluiceErrors") return (error as { readonly errors: ReadonlyArray<unknown> }).errors.flatMap(toldOf)
  if (tag === "ShowHelp") {
    const { commandPath, errors } = error as CliError.ShowHelp
    return errors.map((one) => usage(one, commandPath))
  }
  if (tag === "SluiceError") return [known(error as Known)]
  if (error instanceof Error && error.name === "ModelError") return [ofModel(error as ModelError)]
  if (error instanceof Error && error.name === "FingerprintError") return [fingerprint(error as Fingerprint)]
  const message = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error ? error.stack : undefined
  const hint = "this is a bug in sluice: run again with --trace and report what it shows"
  return [{ code: "SLUICE_BUG", message, evidence: [], hint, exit: 2, stack }]
}

type Known = Error & Pick<Told, "code" | "evidence" | "hint" | "exit">

const known = (error: Known): Told => {
  const { code, message, evidence, hint, exit } = error
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : ""
  return { code, message, evidence, hint, exit, stack: `${error.stack}${cause}` }
}

/** Errors of the training engine: what they have as evidence stands in their message. */
const ofModel = ({ code, message, hint, stack }: ModelError): Told => ({
  code,
  message,
  evidence: [],
  hint,
  exit: 1,
  stack
})

type Fingerprint = Error & {
  readonly code: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly hint: string | undefined
}

const fingerprint = (error: Fingerprint): Told => ({
  code: error.code,
  message: error.message,
  evidence: [`${error.file}:${error.line}:${error.column}`],
  hint: error.hint,
  exit: 1,
  stack: error.stack
})

/** A wrong invocation: unknown flags and commands, missing arguments, values that do not fit. */
const usage = (error: CliError.CliError, path: ReadonlyArray<string>): Told => {
  const command = path.join(" ")
  const at = { evidence: [], hint: `${command} --help shows what it takes`, exit: 1, stack: error.stack }
  switch (error._tag) {
    case "UnrecognizedOption": {
      const guess = error.suggestions[0]
      const message = `${command} has no option ${error.option}${guess === undefined ? "" : `; did you mean ${guess}?`}`
      return { code: "SLUICE_UNKNOWN_OPTION", message, ...at }
    }
    case "UnknownSubcommand": {
      const guess = error.suggestions[0]
      const message = `there is no command "${error.subcommand}"${guess === undefined ? "" : `; did you mean "${guess}"?`}`
      return { code: "SLUICE_UNKNOWN", message, ...at }
    }
    case "MissingArgument":
      return { code: "SLUICE_BAD_OPTION", message: `${command} needs ${error.argument}`, ...at }
    case "MissingOption":
      return { code: "SLUICE_BAD_OPTION", message: `${command} needs --${error.option}`, ...at }
    case "UnexpectedArgument":
      return {
        code: "SLUICE_BAD_OPTION",
        message: `${command}: ${error.arguments.join(" ")} is one argument too many`,
        ...at
      }
    case "InvalidValue": {
      const what = error.kind === "flag" ? `--${error.option}` : error.option
      const evidence = [error.expected]
      return { ...at, code: "SLUICE_BAD_OPTION", message: `${what} cannot be "${error.value}"`, evidence }
    }
    default:
      return { code: "SLUICE_BAD_OPTION", message: error.message.split("\n")[0]!, ...at }
  }
}
