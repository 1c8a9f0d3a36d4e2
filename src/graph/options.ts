// Decodes a node's options: unknown names, missing and ill-typed values become errors, defaults are filled in.
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { SluiceError, unknownName } from "../errors.ts"
import type { Declaration } from "../stage/declaration.ts"
import type { OptionFields, OptionKind, OptionSpec } from "../stage/option.ts"
import { isParam } from "../stage/param.ts"
import { sha256 } from "../table/digest.ts"
import { type ModelSource, partOf } from "./model-source.ts"
import type { Settings } from "./settings.ts"

export interface DecodedOptions {
  readonly options: { readonly [name: string]: unknown }
  readonly keyed: { readonly [name: string]: unknown }
  readonly errors: ReadonlyArray<SluiceError>
}

/** All options a declaration knows: those of its decision, and those of its measure, preparation or judgement. */
export const optionFields = (declaration: Declaration): OptionFields => ({
  ...declaration.options,
  ...earlyOptions(declaration),
  ...judgeOptions(declaration)
})

/** The options by which a program's result is judged. */
export const judgeOptions = (declaration: Declaration): OptionFields =>
  declaration.kind === "program" ? declaration.judgeOptions : {}

/** The options seen by the function that runs first, row by row: a filter's measure, a select's prepare. */
export const earlyOptions = (declaration: Declaration): OptionFields =>
  declaration.kind === "filter"
    ? declaration.measureOptions
    : declaration.kind === "select"
      ? declaration.prepareOptions
      : {}

export const decodeOptions = (
  node: string,
  declaration: Declaration,
  given: { readonly [name: string]: unknown },
  settings: Settings,
  linked: { readonly [name: string]: unknown } = {}
): DecodedOptions => {
  const specs = optionFields(declaration)
  const errors = unknownOptions(node, given, specs)
  const options: Record<string, unknown> = {}
  const keyed: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(specs)) {
    // What another node makes is no option: its content enters keys as an input's.
    if (spec.kind === "model" && name in linked) {
      if (settings.option(node, name) !== undefined) errors.push(linkedAndSet(node, name))
      continue
    }
    const decoded = decodeOne(node, name, spec, given[name], settings)
    const how = spec.hint === undefined ? undefined : given[spec.hint]
    if (decoded instanceof SluiceError)
      errors.push(typeof how === "string" && how !== "" ? hinted(decoded, how) : decoded)
    else {
      const isModel = spec.kind === "model" && decoded.value !== undefined
      options[name] = isModel ? partOf(decoded.value as ModelSource, spec.part) : decoded.value
      if (spec.kind === "data") keyed[name] = decoded.value
      if (spec.kind === "file" || spec.kind === "list") keyed[name] = contentKey(decoded.value as never)
      if (spec.kind === "path") {
        const { folder, file, files, digest } = decoded.value as ModelSource
        options[name] = file ?? folder
        keyed[name] = `sha256 ${file === undefined ? digest : files[0]!.digest}`
      }
      if (isModel) keyed[name] = `sha256 ${(options[name] as ModelSource).digest}`
    }
  }
  return { options, keyed, errors }
}

/** An option's error with another hint. */
const hinted = ({ message, evidence }: SluiceError, hint: string): SluiceError =>
  new SluiceError("SLUICE_BAD_OPTION", message, { evidence, hint })

const linkedAndSet = (node: string, name: string): SluiceError =>
  new SluiceError(
    "SLUICE_BAD_OPTION",
    `${node}.${name} is made by the pipeline; --set cannot put a path in its place`,
    {
      hint: "give a path in the pipeline, as a param where it is to be set"
    }
  )

const unknownOptions = (node: string, given: object, specs: OptionFields): Array<SluiceError> =>
  Object.keys(given)
    .filter((name) => !(name in specs) && name !== "name")
    .map((name) =>
      unknownName("SLUICE_UNKNOWN_OPTION", `${node} has no option`, name, Object.keys(specs), "its options")
    )

const decodeOne = (
  node: string,
  name: string,
  spec: OptionSpec<unknown, boolean, OptionKind>,
  written: unknown,
  settings: Settings
): { readonly value: unknown } | SluiceError => {
  let value = written
  let raw: string | undefined
  let where = `${node}.${name}`
  if (isParam(value)) {
    raw = settings.param(value.name)
    where = raw === undefined ? where : `--set ${value.name}`
    value = raw === undefined ? value.fallback : parseText(raw)
  }
  const text = settings.option(node, name)
  if (text !== undefined) {
    raw = text
    value = parseText(text)
  }
  if (value === undefined) {
    if (spec.required)
      return new SluiceError("SLUICE_BAD_OPTION", `${node} needs the option "${name}"`, { hint: `give ${name}` })
    return { value: spec.fallback }
  }
  if (spec.kind === "rows") return { value }
  if (spec.kind === "model" || spec.kind === "path") return modelOf(where, spec.kind, raw ?? value, settings)
  if (spec.kind === "file" || spec.kind === "list") return contentOf(where, spec.kind, raw ?? value, value, settings)
  if (spec.kind === "column")
    return typeof (raw ?? value) === "string"
      ? { value: raw ?? value }
      : new SluiceError("SLUICE_BAD_OPTION", `${where} must be the name of a column`)
  const decode = Schema.decodeUnknownResult(spec.schema as Schema.Codec<unknown>)
  let result = decode(value)
  // `--set year=2024` is text where the option takes text.
  if (Result.isFailure(result) && raw !== undefined && typeof value !== "string") result = decode(raw)
  if (Result.isSuccess(result)) return { value: result.success }
  return new SluiceError("SLUICE_BAD_OPTION", `${where} cannot be ${JSON.stringify(value)}`, {
    evidence: String(result.failure.message).split("\n"),
    hint: "see the stage's documentation for what it takes"
  })
}

/** The bytes of a file, or the strings of a list, from what is written: a path, or for a list strings too. */
const contentOf = (
  where: string,
  kind: "file" | "list",
  written: unknown,
  parsed: unknown,
  settings: Settings
): { readonly value: unknown } | SluiceError => {
  if (kind === "list" && Array.isArray(parsed) && parsed.every((one) => typeof one === "string"))
    return { value: parsed }
  if (typeof written !== "string")
    return new SluiceError("SLUICE_BAD_OPTION", `${where} cannot be ${JSON.stringify(written)}`, {
      hint:
        kind === "file" ? "give the path of a file" : "give strings, or the path of a text file with one on each line"
    })
  try {
    const bytes = settings.read(written)
    return { value: kind === "file" ? bytes : linesOf(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) }
  } catch (cause) {
    return new SluiceError("SLUICE_BAD_OPTION", `${where}: ${written} cannot be read`, {
      evidence: [cause instanceof Error ? cause.message : String(cause)],
      hint: "paths are relative to the project's root"
    })
  }
}

/** Where a model, or what else is named by a path, lies. */
const modelOf = (
  where: string,
  kind: "model" | "path",
  written: unknown,
  settings: Settings
): { readonly value: ModelSource } | SluiceError => {
  if (typeof written !== "string")
    return new SluiceError("SLUICE_BAD_OPTION", `${where} cannot be ${JSON.stringify(written)}`, {
      hint:
        kind === "path"
          ? "give the path of a file or a folder"
          : "give a model that the pipeline makes, or the path of a model's folder or file"
    })
  try {
    return { value: settings.model(written) }
  } catch (cause) {
    return new SluiceError("SLUICE_BAD_OPTION", `${where}: ${written} cannot be read`, {
      evidence: [cause instanceof Error ? cause.message : String(cause)],
      hint: "paths are relative to the project's root"
    })
  }
}

const linesOf = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))

/** Entries of a list up to which a key holds them themselves, so that a plan can say which came or went. */
const spelledOut = 20

/** What of a file's or list's content enters a key. */
const contentKey = (value: Uint8Array | ReadonlyArray<string>): unknown => {
  if (value instanceof Uint8Array) return `sha256 ${sha256(value)}`
  return value.length <= spelledOut ? value : `${value.length} entries, sha256 ${sha256(JSON.stringify(value))}`
}

/** `--set` gives text: JSON where it parses, else the text itself. */
const parseText = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
