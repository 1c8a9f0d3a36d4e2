// Writes nodes field by field as text that no two different trees share, and collects the free names met.
import type { ModuleNames, ShapeContext } from "./module-names.ts"
import { childOf, isErased, isNotErasable, type Node, textOf } from "./syntax.ts"

const IGNORED = new Set([
  ...["type", "start", "end", "raw", "decorators", "optional", "directive", "expression"],
  ...["typeAnnotation", "typeArguments", "typeParameters", "returnType", "superTypeArguments", "implements"],
  ...["accessibility", "declare", "definite", "readonly", "override", "abstract"]
])
const OPTIONAL_CHAIN = new Set(["MemberExpression", "CallExpression"])
const EXPRESSION_FIELD = new Set(["ExpressionStatement", "ChainExpression", "ParenthesizedExpression"])

const fieldsByType = new Map<string, ReadonlyArray<string>>()

function fieldsOf(node: Node): ReadonlyArray<string> {
  let fields = fieldsByType.get(node.type)
  if (!fields) {
    fields = Object.keys(node).filter((field) => {
      if (field === "optional") return OPTIONAL_CHAIN.has(node.type)
      if (field === "expression") return EXPRESSION_FIELD.has(node.type)
      return !IGNORED.has(field)
    })
    fieldsByType.set(node.type, fields)
  }
  return fields
}

/** The part of the writer that knows nothing about scopes. */
export abstract class SyntaxWriter {
  readonly refs = new Map<string, number>()
  readonly at: number[] = []
  protected out = ""
  protected readonly context: ShapeContext

  constructor(context: ShapeContext) {
    this.context = context
  }

  abstract write(node: Node | null | undefined): void

  protected get names(): ModuleNames {
    return this.context.names
  }

  /** Leaves a hole for a free name. */
  protected hole(ref: string, node: Node): void {
    this.out += `@${this.#refer(ref, node)};`
  }

  /** Notes something that a fingerprint cannot follow, without a hole. */
  protected problem(ref: string, node: Node): void {
    this.#refer(ref, node)
  }

  #refer(ref: string, node: Node): number {
    let index = this.refs.get(ref)
    if (index === undefined) {
      index = this.refs.size
      this.refs.set(ref, index)
      this.at.push(this.context.lines.pack(node.start))
    }
    return index
  }

  protected list(nodes: ReadonlyArray<Node | null>): void {
    this.out += "["
    for (const node of nodes) if (!node || !isErased(node)) this.write(node)
    this.out += "]"
  }

  protected generic(node: Node): void {
    if (isNotErasable(node)) this.problem("!not-erasable", node)
    if (node.type.startsWith("JSX")) this.problem("!not-erasable", node)
    if (node.type === "Property") {
      this.#property(node)
      return
    }
    this.out += `(${node.type}`
    for (const field of fieldsOf(node)) {
      const value = node[field]
      if (Array.isArray(value)) this.list(value as Array<Node | null>)
      else if (value === null || typeof value !== "object") this.out += `,${String(value)}`
      else this.write(value as Node)
    }
    this.out += ")"
  }

  #property(node: Node): void {
    const key = childOf(node, "key")!
    const value = childOf(node, "value")!
    this.out += `(${textOf(node, "kind")}${node.method ? " method" : ""}`
    if (node.shorthand && key.name === "__proto__") this.out += " shorthand"
    this.key(node)
    this.write(value)
    this.out += ")"
  }

  /** The key of a property or member; a name and the same name in quotes are one. */
  protected key(node: Node): void {
    const key = childOf(node, "key")!
    if (node.computed) {
      this.out += "["
      this.write(key)
      this.out += "]"
    } else if (key.type === "PrivateIdentifier") this.out += `p${JSON.stringify(textOf(key, "name"))}`
    else this.out += `k${JSON.stringify(key.type === "Identifier" ? textOf(key, "name") : String(key.value))}`
  }

  protected literal(node: Node): void {
    const value = node.value
    const regex = node.regex as { pattern: string; flags: string } | undefined
    if (regex) this.out += `/${JSON.stringify(regex.pattern)}${regex.flags};`
    else if (typeof node.bigint === "string") this.out += `${node.bigint}n;`
    else if (typeof value === "string") {
      this.out += value.includes("\ufffd") ? `r${JSON.stringify(textOf(node, "raw"))}` : JSON.stringify(value)
    } else this.out += value === null ? `${textOf(node, "raw")};` : `${String(value)};`
  }
}
