// Effect Schema ⇄ columns: which column layout holds a schema's values, and the canonical form of a schema in a key.
import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { SluiceError } from "../errors.ts"
import type { PlainColumn } from "../stage/batch.ts"

/** The layout of one column. */
export interface Field {
  readonly type: "text" | "bytes" | "number" | "flag" | "nested"
  /** Whole numbers only; meaningful for `number`. */
  readonly integer: boolean
  readonly nullable: boolean
  /** Whether a row without a value lacks the property; else the value is null. */
  readonly absent?: boolean
}

type Notes = {
  readonly representation?: { readonly id: string; readonly payload: unknown }
  readonly identifier?: string
}

const checkIds = (check: SchemaAST.Check<unknown>, where: string): ReadonlyArray<readonly [string, unknown]> => {
  const notes = check.annotations as Notes | undefined
  if (notes?.representation) return [[notes.representation.id, notes.representation.payload]]
  if (check._tag === "FilterGroup") return check.checks.flatMap((inner) => checkIds(inner, where))
  throw new SluiceError("SLUICE_SCHEMA", `${where} has a check made of code, which no key can see`, {
    hint: "check the rows in a filter or map stage"
  })
}

const checksOf = (ast: SchemaAST.AST, where: string) =>
  (ast.checks ?? []).flatMap((check) => checkIds(check as SchemaAST.Check<unknown>, where))

/** The column layout of a schema; `where` names the column in errors. */
export const fieldOf = (schema: Schema.Top, where: string): Field => {
  const field = layout(schema.ast, where)
  return field.nullable && !admitsNull(schema.ast) ? { ...field, absent: true } : field
}

/** What a schema admits where it asks for nothing but a text, a finite number or a flag; undefined where it asks for more. */
const plainOf = (ast: SchemaAST.AST): PlainColumn | undefined => {
  const members = unionMembers(ast)
  const some = members.filter((type) => !SchemaAST.isNull(type) && !SchemaAST.isUndefined(type))
  const one = some[0]
  if (one === undefined || some.length > 1 || members.some((type) => type.encoding !== undefined)) return undefined
  const kind = { nullable: members.some(SchemaAST.isNull), optional: SchemaAST.isOptional(ast), integer: false }
  const checks = (one.checks ?? []).map((check) => (check.annotations as Notes | undefined)?.representation?.id)
  if (one._tag === "Number" && checks.every((id) => id !== undefined && plainChecks.has(id)))
    return { ...kind, type: "number", integer: checks.includes("effect/schema/isInt") }
  if (checks.length > 0) return undefined
  if (one._tag === "String") return { ...kind, type: "text" }
  return one._tag === "Boolean" ? { ...kind, type: "flag" } : undefined
}

/** Checks that every number in a column passes, for a column holds finite ones. */
const plainChecks = new Set(["effect/schema/isFinite", "effect/schema/isInt"])

const unionMembers = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  ast._tag === "Union" && (ast.checks ?? []).length === 0 ? ast.types.flatMap(unionMembers) : [ast]

/** The columns of a row schema that asks for nothing but texts, numbers and flags; undefined where it asks for more. */
export const plainColumns = (columns: {
  readonly [name: string]: Schema.Top
}): { readonly [name: string]: PlainColumn } | undefined => {
  const found: { [name: string]: PlainColumn } = {}
  for (const [name, { ast }] of Object.entries(columns)) {
    const plain = plainOf(ast)
    if (plain === undefined) return undefined
    found[name] = plain
  }
  return found
}

const admitsNull = (ast: SchemaAST.AST): boolean =>
  SchemaAST.isNull(ast) || (ast._tag === "Union" && ast.types.some(admitsNull))

const layout = (ast: SchemaAST.AST, where: string): Field => {
  if (ast.encoding !== undefined)
    throw new SluiceError("SLUICE_SCHEMA", `${where} has a schema that transforms values`, {
      hint: "give the plain schema and transform in a map stage"
    })
  const optional = SchemaAST.isOptional(ast)
  const field = (type: Field["type"], integer = false): Field => ({ type, integer, nullable: optional })
  switch (ast._tag) {
    case "String":
    case "TemplateLiteral":
      return field("text")
    case "Boolean":
      return field("flag")
    case "Number":
      return field(
        "number",
        checksOf(ast, where).some(([id]) => id === "effect/schema/isInt")
      )
    case "Literal":
      return literal(ast.literal, field, where)
    case "Arrays":
      for (const inner of [...ast.elements, ...ast.rest]) checkInner(inner, where)
      return field("nested")
    case "Objects":
      for (const property of ast.propertySignatures) checkInner(property.type, where)
      for (const signature of ast.indexSignatures) checkInner(signature.type, where)
      return field("nested")
    case "Declaration": {
      const id = (ast.annotations as Notes | undefined)?.representation?.id
      if (id === "effect/schema/Uint8Array") return field("bytes")
      break
    }
    case "Union": {
      const some = ast.types.filter((type) => !SchemaAST.isNull(type) && !SchemaAST.isUndefined(type))
      const fields = some.map((type) => layout(type, where))
      const first = fields[0]
      if (first === undefined) break
      const nullable = optional || some.length < ast.types.length || fields.some((f) => f.nullable)
      if (fields.every((f) => f.type === first.type && f.integer === first.integer)) return { ...first, nullable }
      return { type: "nested", integer: false, nullable }
    }
  }
  throw new SluiceError("SLUICE_SCHEMA", `${where} has a schema that no column can hold (${ast._tag})`, {
    hint: "use strings, finite numbers, booleans, bytes, arrays and structs of these"
  })
}

/** Nested values are kept as JSON: whatever is inside must come back from JSON as it was. */
const checkInner = (ast: SchemaAST.AST, where: string) => {
  if (["Unknown", "Any", "Null", "Undefined"].includes(ast._tag)) return
  if (layout(ast, where).type === "bytes")
    throw new SluiceError("SLUICE_SCHEMA", `${where} has bytes inside a list or struct, which no column can hold`, {
      hint: "give the bytes a column of their own, or write them as text"
    })
}

const literal = (value: unknown, field: (type: Field["type"], integer?: boolean) => Field, where: string): Field => {
  if (typeof value === "string") return field("text")
  if (typeof value === "number") return field("number", Number.isInteger(value))
  if (typeof value === "boolean") return field("flag")
  throw new SluiceError("SLUICE_SCHEMA", `${where} has a literal that no column can hold`)
}

/** A schema's syntax tree as JSON: descriptions, brands and key order left out; what it accepts, kept. */
export const canonicalSchema = (schema: Schema.Top, where: string): unknown => canonical(schema.ast, where)

const canonical = (ast: SchemaAST.AST, where: string): unknown => {
  const go = (inner: SchemaAST.AST) => canonical(inner, where)
  if (ast.encoding !== undefined) layout(ast, where)
  const head = [ast._tag, SchemaAST.isOptional(ast), checksOf(ast, where)]
  switch (ast._tag) {
    case "Literal":
      return [...head, typeof ast.literal, String(ast.literal)]
    case "Union":
      return [...head, ast.types.map(go)]
    case "Arrays":
      return [...head, ast.elements.map(go), ast.rest.map(go)]
    case "Objects":
      return [
        ...head,
        ast.propertySignatures.map((p) => [String(p.name), go(p.type)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
        ast.indexSignatures.map((s) => [go(s.parameter), go(s.type)])
      ]
    case "Declaration":
      return [...head, (ast.annotations as Notes | undefined)?.representation, ast.typeParameters.map(go)]
    default:
      return head
  }
}

/** The columns of a struct schema, by name. */
export const structFields = (schema: Schema.Top, where: string): { readonly [name: string]: Schema.Top } => {
  const { fields } = schema as unknown as { readonly fields?: { readonly [name: string]: Schema.Top } }
  if (fields === undefined)
    throw new SluiceError("SLUICE_SCHEMA", `${where} is no Schema.Struct`, { hint: "give a Schema.Struct of columns" })
  return fields
}
