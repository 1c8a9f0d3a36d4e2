// The syntax tree as the fingerprint sees it: a loose node type, what type stripping erases, and positions.
import { createRequire } from "node:module"

export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

interface Parser {
  parseSync(
    file: string,
    source: string,
    options: { astType: "ts"; preserveParens: false; sourceType: "module"; lang: "ts" | "js" }
  ): {
    readonly program: unknown
    readonly errors: ReadonlyArray<{ message: string; labels: ReadonlyArray<{ start: number }> }>
  }
}

let parser: Parser | undefined

/** Parses a module; the native parser is loaded at the first call only, so that a warm cache never pays for it. */
export function parseSyntax(file: string, source: string): { body: Node[]; problem?: { message: string; at: number } } {
  parser ??= createRequire(import.meta.url)("oxc-parser") as Parser
  const lang = /\.[mc]?ts$/.test(file) ? "ts" : "js"
  const result = parser.parseSync(file, source, { astType: "ts", preserveParens: false, sourceType: "module", lang })
  const error = result.errors[0]
  if (error) return { body: [], problem: { message: error.message, at: error.labels[0]?.start ?? 0 } }
  return { body: childrenOf(result.program as Node, "body") }
}

/** Whether the native parser was loaded in this process. */
export function parserLoaded(): boolean {
  return parser !== undefined
}

/** The node in a field, if there is one. */
export function childOf(node: Node, field: string): Node | undefined {
  return (node[field] ?? undefined) as Node | undefined
}

/** The nodes of a list field; holes of arrays are left out. */
export function childrenOf(node: Node, field: string): Node[] {
  return ((node[field] ?? []) as Array<Node | null>).filter((item) => item !== null)
}

/** A text field, such as a name or an operator. */
export function textOf(node: Node, field: string): string {
  return node[field] as string
}

const WRAPPERS = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression"
])

const NOT_ERASABLE = new Set([
  "TSEnumDeclaration",
  "TSParameterProperty",
  "TSImportEqualsDeclaration",
  "TSExportAssignment",
  "TSModuleDeclaration"
])

/** The expression inside casts and other type-only wrappers. */
export function bare(node: Node): Node {
  let inner = node
  while (WRAPPERS.has(inner.type)) inner = inner.expression as Node
  return inner
}

/** Whether type stripping leaves nothing of this node. */
export function isErased(node: Node): boolean {
  if (node.declare === true) return true
  return node.type.startsWith("TS") && !WRAPPERS.has(node.type) && !NOT_ERASABLE.has(node.type)
}

/** Whether the node is TypeScript that has a meaning of its own when run, which type stripping refuses. */
export function isNotErasable(node: Node): boolean {
  return NOT_ERASABLE.has(node.type)
}

/** Whether the node is a function or class that takes its name from where it is put. */
export function isAnonymous(node: Node | undefined): boolean {
  if (!node) return false
  const inner = bare(node)
  if (inner.type === "ArrowFunctionExpression") return true
  return (inner.type === "FunctionExpression" || inner.type === "ClassExpression") && !inner.id
}

/** Whether the node is a function expression of either form. */
export function isFunction(node: Node): boolean {
  return node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression"
}

/** The property name of a member expression when it is fixed in the source, else undefined. */
export function memberName(node: Node): string | undefined {
  if (node.type !== "MemberExpression") return undefined
  const property = node.property as Node
  if (!node.computed) return property.type === "Identifier" ? textOf(property, "name") : undefined
  return property.type === "Literal" && typeof property.value === "string" ? property.value : undefined
}

/** The text of a string literal or of a template without holes, else undefined. */
export function literalText(node: Node | undefined): string | undefined {
  if (!node) return undefined
  const inner = bare(node)
  if (inner.type === "Literal") return typeof inner.value === "string" ? inner.value : undefined
  if (inner.type !== "TemplateLiteral" || childrenOf(inner, "expressions").length > 0) return undefined
  const quasi = childrenOf(inner, "quasis")[0]
  return (quasi?.value as { cooked?: string } | undefined)?.cooked
}

const WIDTH = 0x10000

/** Turns offsets into places; a place is one number so that it stores small. */
export class Lines {
  readonly #starts: number[] = [0]

  constructor(source: string) {
    for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) this.#starts.push(at + 1)
  }

  /** The packed place of an offset. */
  pack(offset: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return (low + 1) * WIDTH + Math.min(offset - this.#starts[low]! + 1, WIDTH - 1)
  }
}

/** The packed place of a line and column. */
export function packPlace(line: number, column: number): number {
  return line * WIDTH + Math.min(column, WIDTH - 1)
}

/** Line and column of a packed place, both from 1. */
export function unpackPlace(packed: number): { line: number; column: number } {
  return { line: Math.floor(packed / WIDTH), column: packed % WIDTH }
}
