// The reference page of a stage, made from its declaration and from the comments of its source.
import type { ChosenRows, Declaration, Fields } from "../../src/stage/declaration.ts"
import type { InputFields } from "../../src/stage/input.ts"
import type { OptionFields } from "../../src/stage/option.ts"
import { isOptional, schemaText } from "./schema-text.ts"
import type { StageSource } from "./stage-source.ts"

const rows: { readonly [K in Declaration["kind"]]: string } = {
  source: "reads files, one row for each record",
  map: "computes columns of each row",
  filter: "keeps or drops each row",
  expand: "makes any number of rows of each row",
  select: "sees all rows and decides on each",
  gather: "makes rows of groups of rows",
  program: "runs as a process of its own on whole datasets and models"
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

const table = (head: ReadonlyArray<string>, lines: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.map(cell).join(" | ")} |`).join("\n")

const code = (text: string): string => (text === "" ? "" : `\`${text}\``)

const section = (title: string, body: string): ReadonlyArray<string> => (body === "" ? [] : [`## ${title}`, body])

/** Columns by name and type; one that an option chooses is named by the option. */
const columns = (fields: Fields, options: OptionFields): string =>
  Object.keys(fields).length === 0
    ? ""
    : table(
        ["column", "type"],
        Object.entries(fields).map(([name, schema]) => [
          options[name]?.kind === "column"
            ? `the one that ${code(name)} names: ${code(String(options[name].fallback))}`
            : code(name),
          `${schemaText(schema)}${isOptional(schema) ? ", may be absent" : ""}`
        ])
      )

const defaults = (spec: OptionFields[string]): string => {
  if (spec.required) return "required"
  return spec.fallback === undefined ? "left out" : code(JSON.stringify(spec.fallback))
}

const kinds = {
  data: "",
  knob: "Changes the speed alone.",
  column: "",
  rows: "",
  file: "A path; the content counts.",
  path: "A path of a file or a folder; the content counts.",
  list: "The entries, or the path of a file with one a line.",
  model: "A model that the pipeline makes, or the path of its folder or file; the content counts."
} as const

const optionRows = (options: OptionFields, source: StageSource, note: string): ReadonlyArray<ReadonlyArray<string>> =>
  Object.entries(options).map(([name, spec]) => {
    const type =
      spec.kind === "column"
        ? "name of a column"
        : spec.kind === "rows"
          ? "struct schema of the rows"
          : spec.schema === undefined
            ? ""
            : schemaText(spec.schema)
    const said = [source.comments.get(name) ?? "", kinds[spec.kind], note].filter((one) => one !== "")
    return [code(name), type, defaults(spec), said.join(" ")]
  })

const earlyOf = (declaration: Declaration): readonly [options: OptionFields, note: string] => {
  if (declaration.kind === "filter") return [declaration.measureOptions ?? {}, "A change measures again."]
  if (declaration.kind === "select") return [declaration.prepareOptions ?? {}, "A change prepares again."]
  return [{}, ""]
}

const judgedOf = (declaration: Declaration): OptionFields =>
  declaration.kind === "program" ? (declaration.judgeOptions ?? {}) : {}

const inputText = ({ kind, many }: InputFields[string]): string =>
  many === "one" ? kind : many === "list" ? `list of ${kind}s` : `${kind}s by name`

/** A need, or the column that an option names in its place. */
const neededText = ([column, schema]: readonly [string, Fields[string]], options: OptionFields): string =>
  options[column]?.kind === "column"
    ? `the one that ${code(column)} names, if any: ${schemaText(schema)}`
    : `${code(column)} ${schemaText(schema)}`

const inputs = (fields: InputFields, options: OptionFields): string =>
  Object.keys(fields).length === 0
    ? ""
    : table(
        ["input", "what", "columns"],
        Object.entries(fields).map(([name, spec]) => [
          code(name),
          `${inputText(spec)}${"optional" in spec ? ", may be left out" : ""}`,
          Object.entries(spec.needs)
            .map((need) => neededText(need, options))
            .join(", ")
        ])
      )

const chosenColumns = ({ option, beside }: ChosenRows, all: OptionFields): string =>
  beside === undefined
    ? `The columns of the schema given as ${code(option)}.`
    : `${columns(beside, all)}\n\nBeside them the columns of the schema given as ${code(option)}, where one is.`

/** Columns that come out, under a heading of the stage's kind. */
const made = (declaration: Declaration, all: OptionFields): ReadonlyArray<string> => {
  switch (declaration.kind) {
    case "source":
      return section(
        "Gives",
        "option" in declaration.emits && typeof declaration.emits.option === "string"
          ? chosenColumns(declaration.emits as ChosenRows, all)
          : columns(declaration.emits as Fields, all)
      )
    case "map":
      return section("Adds", columns(declaration.adds, all))
    case "filter":
      return section("Measures", columns(declaration.measures ?? {}, all))
    case "expand":
      return section(
        "Gives",
        `${columns(declaration.emits, all)}\n\nThe other columns are those of the row it was made of.`
      )
    case "gather":
      return section("Gives", columns(declaration.emits, all))
    case "select":
      return [
        ...section("Parts", declaration.parts?.map((part) => code(part)).join(", ") ?? ""),
        ...section("Adds", columns(declaration.adds ?? {}, all))
      ]
    default:
      return section("Gives", `A ${declaration.emits}.`)
  }
}

/** The stages behind the first of a chain, and the defaults that the chain gives their options. */
export interface Behind {
  readonly behind: ReadonlyArray<Declaration>
  readonly defaults: { readonly [option: string]: unknown }
}

const noneBehind: Behind = { behind: [], defaults: {} }

const kindText = (declaration: Declaration, { behind }: Behind): string => {
  const links = behind.map(({ kind, name }) => `the ${kind} [${name}](${name.replace(".", "-")}.md)`)
  return behind.length === 0
    ? `${declaration.kind === "expand" ? "An" : "A"} **${declaration.kind}**: ${rows[declaration.kind]}.`
    : `A **chain**: a ${declaration.kind} that ${rows[declaration.kind]}, then ${links.join(" and ")}.`
}

/** Options of the stages behind that the chain takes, with the chain's defaults. */
const passedOn = ({ behind, defaults: given }: Behind): OptionFields =>
  Object.fromEntries(
    behind.flatMap(({ options }) =>
      Object.entries(options)
        .filter(([name]) => name in given)
        .map(([name, spec]) => [name, { ...spec, fallback: given[name] }])
    )
  )

/** The page of a stage, or of a chain that begins with it, as Markdown. */
export const stagePage = (declaration: Declaration, source: StageSource, behind: Behind = noneBehind): string => {
  const [early, note] = earlyOf(declaration)
  const all = { ...early, ...declaration.options }
  const later = passedOn(behind)
  const options = [
    ...optionRows(early, source, note),
    ...optionRows(declaration.options, source, ""),
    ...optionRows(judgedOf(declaration), source, "A change judges again and runs nothing."),
    ...optionRows(later, source, "")
  ]
  const reasons = [declaration, ...behind.behind]
    .flatMap((one) => one.reasons)
    .map((reason) => `- ${code(reason)}`)
    .join("\n")
  return `${[
    `# ${declaration.name}`,
    `${kindText(declaration, behind)} Defined in [${source.file}](../../${source.file}).`,
    source.text,
    ...(declaration.impure === undefined ? [] : [`It never counts as unchanged: ${declaration.impure}.`]),
    ...section("Reads", columns(declaration.needs, all)),
    ...section("Inputs", inputs(declaration.inputs, all)),
    ...made(declaration, all),
    ...section("Options", options.length === 0 ? "" : table(["option", "type", "default", "remarks"], options)),
    ...section("Reasons", reasons),
    ...section("Example", source.example === "" ? "" : `\`\`\`ts\n${source.example}\n\`\`\``)
  ].join("\n\n")}\n`
}
