// A schema in a few words, as the reference pages give the type of a column or an option.
import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

type AST = SchemaAST.AST

const idsOf = (ast: AST): ReadonlyArray<string> =>
  (ast.checks ?? []).flatMap((check) => {
    const { representation } = (check.annotations ?? {}) as { readonly representation?: { readonly id: string } }
    return representation === undefined ? [] : [representation.id.replace("effect/schema/", "")]
  })

/** What a schema accepts: "integer", `"first" or "longest"`, "list of text". */
export const schemaText = (schema: Schema.Top): string => textOf(schema.ast)

/** Whether a row may lack the column. */
export const isOptional = (schema: Schema.Top): boolean => SchemaAST.isOptional(schema.ast)

const textOf = (ast: AST): string => {
  switch (ast._tag) {
    case "String":
    case "TemplateLiteral":
      return "text"
    case "Boolean":
      return "true or false"
    case "Number":
      return idsOf(ast).includes("isInt") ? "integer" : "number"
    case "Literal":
      return JSON.stringify(ast.literal)
    case "Null":
      return "null"
    case "Undefined":
      return "nothing"
    case "Union": {
      const some = ast.types.filter((type) => !SchemaAST.isUndefined(type))
      return [...new Set(some.map(textOf))].join(" or ")
    }
    case "Arrays": {
      const parts = [...ast.elements, ...ast.rest].map(textOf)
      return `list of ${parts.length === 1 ? parts[0] : `(${parts.join(", ")})`}`
    }
    case "Objects": {
      const properties = ast.propertySignatures.map(
        ({ name, type }) => `${String(name)}${SchemaAST.isOptional(type) ? "?" : ""}: ${textOf(type)}`
      )
      const others = ast.indexSignatures.map(({ type }) => `any name: ${textOf(type)}`)
      return `{ ${[...properties, ...others].join(", ")} }`
    }
    case "Declaration":
      return JSON.stringify(ast.annotations ?? {}).includes("Uint8Array") ? "bytes" : "value"
    default:
      return "any value"
  }
}
