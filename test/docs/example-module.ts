// An example as a module that exports what it makes claims about: `expression // → value` becomes an export to compare.
import { parseSync } from "oxc-parser"

/** What an example says of one expression: its value, or a dataset's rows, a line each. */
export interface Claim {
  /** The export that holds the expression. */
  readonly export: string
  /** For a pipeline, the output that the lines are about. */
  readonly output: string | undefined
  readonly lines: ReadonlyArray<string>
}

export interface ExampleModule {
  readonly code: string
  readonly claims: ReadonlyArray<Claim>
  /** Rows dropped in all of the example's stages, as it says it: `2 too-few-words, 1 duplicate`. */
  readonly dropped: string | undefined
  /** Input files shown in comments: a path, and below it the text, set in by two more spaces. */
  readonly files: { readonly [path: string]: string }
}

interface Remark {
  readonly kind: "claim" | "dropped" | "file"
  readonly start: number
  readonly subject: string
  text: string
}

/** Comments that go on with what stands above them: set in, or the end of a bracket; in a file also an empty line. */
const continues = { claim: /^( {2}|[\]}])/, dropped: /^ {2}/, file: /^( {2}|$)/ } as const

/** The comments that mean something, each joined with those that go on with it. */
const remarksOf = (comments: ReadonlyArray<{ readonly value: string; readonly start: number }>): Array<Remark> => {
  const remarks: Array<Remark> = []
  let open: Remark | undefined
  for (const { value, start } of comments) {
    const text = value.replace(/^ /, "")
    const claim = /^(?:(?<output>\w+) )?→ (?<value>.*)$/s.exec(text)?.groups
    const dropped = /^dropped: (.*)$/.exec(text)?.[1]
    if (claim !== undefined) open = { kind: "claim", start, subject: claim["output"] ?? "", text: claim["value"]! }
    else if (dropped !== undefined) open = { kind: "dropped", start, subject: "", text: dropped }
    else if (/^[\w./-]+\.\w+$/.test(text)) open = { kind: "file", start, subject: text, text: "" }
    else if (open !== undefined && continues[open.kind].test(text)) {
      open.text += open.kind === "file" ? `${text.slice(2)}\n` : ` ${text.trim()}`
      continue
    } else {
      open = undefined
      continue
    }
    remarks.push(open)
  }
  return remarks
}

/** Turns an example into a module; `rows(…)` comes from a module beside it. */
export const moduleOf = (text: string): ExampleModule => {
  const { program, comments, errors } = parseSync("example.ts", text)
  if (errors.length > 0) throw new SyntaxError(errors[0]!.message)
  const remarks = remarksOf(comments)
  const claims: Array<{ export: string; output: string | undefined; lines: Array<string> }> = []
  const edits: Array<{ readonly start: number; readonly end: number; readonly text: string }> = []
  let shown: (typeof program.body)[number] | undefined
  let name = ""
  for (const { kind, start, subject, text: value } of remarks) {
    if (kind !== "claim") continue
    const statement = program.body.findLast((one) => one.start < start)
    if (statement === undefined || statement.end > start) throw new SyntaxError(`nothing to compare: → ${value}`)
    if (statement !== shown) {
      shown = statement
      name = `shown${edits.length}`
      edits.push(exported(statement, name, text))
    }
    const output = subject === "" ? undefined : subject
    const last = claims.at(-1)
    if (last?.export === name && last.output === output) last.lines.push(value)
    else claims.push({ export: name, output, lines: [value] })
  }
  let code = ""
  let end = 0
  for (const edit of edits) {
    code += text.slice(end, edit.start) + edit.text
    end = edit.end
  }
  code += text.slice(end)
  const header = /\brows\(/.test(text) ? 'import { rows } from "./rows.ts"\n' : ""
  return {
    code: header + code,
    claims,
    dropped: remarks.find(({ kind }) => kind === "dropped")?.text,
    files: Object.fromEntries(
      remarks.flatMap(({ kind, subject, text: content }) => (kind === "file" ? [[subject, content]] : []))
    )
  }
}

type Statement = ReturnType<typeof parseSync>["program"]["body"][number]

/** The edit that exports what a statement gives under a name. */
const exported = (statement: Statement, name: string, text: string) => {
  const { start, end } = statement
  if (statement.type === "ExpressionStatement") {
    const { expression } = statement
    return { start, end, text: `export const ${name} = (${text.slice(expression.start, expression.end)})` }
  }
  const own = statement.type === "VariableDeclaration" ? statement.declarations[0]?.id : undefined
  if (own?.type === "Identifier") return { start: end, end, text: `; export const ${name} = ${own.name}` }
  if (statement.type === "ExportDefaultDeclaration") {
    const { declaration } = statement
    const value = text.slice(declaration.start, declaration.end)
    return { start, end, text: `export const ${name} = (${value}); export default ${name}` }
  }
  throw new SyntaxError(`neither an expression nor a constant: ${text.slice(start, end)}`)
}
