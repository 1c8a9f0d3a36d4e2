// Finds the calls at top level that may define a stage, and takes their first argument apart property by property.
import type { ShapeContext } from "./module-names.ts"
import type { Definition, DefinitionProperty } from "./module-summary.ts"
import { rootName } from "./mutation.ts"
import { namedShape, withRef } from "./shape.ts"
import { bare, childOf, childrenOf, isFunction, literalText, type Node, textOf } from "./syntax.ts"

/** Names of properties that hold functions in the kinds of stages there are. */
export const FUNCTION_NAMES: ReadonlySet<string> = new Set(
  "measure measureBatch decide apply applyBatch prepare prepareBatch resolve resolveBatch run judge list frame parse parseBatch".split(
    " "
  )
)

const CLOSED = new Set(["ArrowFunctionExpression", "FunctionExpression", "ClassExpression"])

const DATA = new Set(["Literal", "TemplateLiteral", "ObjectExpression", "ArrayExpression"])

type Found = Omit<Definition, "unit">

/** Reads definitions out of one top-level expression. */
export class DefinitionReader {
  readonly #context: ShapeContext
  readonly #found: Found[] = []

  constructor(context: ShapeContext) {
    this.#context = context
  }

  /** Every call with a definition in the expression, outside functions and classes. */
  read(expression: Node): ReadonlyArray<Found> {
    this.#search(expression)
    return this.#found
  }

  #search(node: Node): void {
    if (CLOSED.has(node.type) || node.type.startsWith("TSType")) return
    if (node.type === "CallExpression") {
      const first = childrenOf(node, "arguments")[0]
      const object = first && bare(first)
      if (object?.type === "ObjectExpression" && holdsFunctions(object))
        this.#found.push(this.#definition(node, object))
    }
    for (const field in node) {
      const value = node[field]
      if (value === null || typeof value !== "object") continue
      for (const item of (Array.isArray(value) ? value : [value]) as Array<Node | null>) {
        if (item && typeof item.type === "string") this.#search(item)
      }
    }
  }

  #definition(call: Node, object: Node): Found {
    const at = this.#context.lines.pack(callStart(call))
    const properties: DefinitionProperty[] = []
    let impure: string | undefined
    for (const property of childrenOf(object, "properties")) {
      const key = definitionKey(property)
      const value = property.type === "Property" ? childOf(property, "value")! : property
      const problem = problemOf(property, key, value)
      if (problem || key === undefined) {
        const place = this.#context.lines.pack(property.start)
        return { at, properties: [], problem: { ...(problem ?? HIDDEN), at: place } }
      }
      if (key === "impure") impure = literalText(value)!
      else properties.push(this.#property(key, bare(value)))
    }
    return impure === undefined ? { at, properties } : { at, properties, impure }
  }

  #property(key: string, value: Node): DefinitionProperty {
    const shape = namedShape(this.#context, key, value)
    if (isFunction(value)) {
      const isOpen = value.type === "FunctionExpression" && usesThis(childOf(value, "body")!)
      const full = isOpen ? withRef(shape, "!this", this.#context.lines.pack(value.start)) : shape
      return { key, form: "function", shape: full }
    }
    const root = value.type === "Identifier" || value.type === "MemberExpression" ? rootName(value) : undefined
    if (root !== undefined) return { key, form: "reference", shape, root }
    return { key, form: FUNCTION_NAMES.has(key) && !DATA.has(value.type) ? "made" : "value", shape }
  }
}

/** Where a call site says the call is: at the member's name, or at the callee. */
export function callStart(call: Node): number {
  const callee = bare(childOf(call, "callee")!)
  return callee.type === "MemberExpression" ? childOf(callee, "property")!.start : callee.start
}

function holdsFunctions(object: Node): boolean {
  return childrenOf(object, "properties").some((property) => {
    if (property.type !== "Property") return true
    const value = bare(childOf(property, "value")!)
    return isFunction(value) || FUNCTION_NAMES.has(definitionKey(property) ?? "") || property.kind !== "init"
  })
}

function definitionKey(property: Node): string | undefined {
  if (property.type !== "Property") return undefined
  const key = childOf(property, "key")!
  if (property.computed) return literalText(key)
  return key.type === "Identifier" ? textOf(key, "name") : String(key.value)
}

interface DefinitionProblem {
  readonly message: string
  readonly hint: string
}

const HIDDEN: DefinitionProblem = {
  message: "a computed key in a stage's definition hides which property it is",
  hint: "write the property's name"
}

function problemOf(property: Node, key: string | undefined, value: Node): DefinitionProblem | undefined {
  if (property.type !== "Property") {
    return {
      message: "a spread in a stage's definition hides which functions the stage has",
      hint: "write the properties out, each with its name"
    }
  }
  if (property.kind !== "init") {
    return {
      message: `the accessor "${key}" in a stage's definition gives a value only when asked`,
      hint: "write a plain property"
    }
  }
  if (key === "impure" && literalText(value) === undefined) {
    return { message: "impure is not a text that gives the reason", hint: 'write impure: "why"' }
  }
  return undefined
}

function usesThis(node: Node): boolean {
  if (node.type === "ThisExpression" || node.type === "Super") return true
  if (node.type === "FunctionExpression" || node.type === "FunctionDeclaration") return false
  if (node.type === "ClassExpression" || node.type === "ClassDeclaration") return false
  for (const field in node) {
    const value = node[field]
    if (value === null || typeof value !== "object") continue
    for (const item of (Array.isArray(value) ? value : [value]) as Array<Node | null>) {
      if (item && typeof item.type === "string" && usesThis(item)) return true
    }
  }
  return false
}

/** How a call at a place stands in a module that has no readable definition there; for messages only. */
export function describeCall(body: ReadonlyArray<Node>, isAt: (call: Node) => boolean): "absent" | "nested" | "top" {
  let answer: "absent" | "nested" | "top" = "absent"
  const visit = (node: Node, nested: boolean): void => {
    if (node.type === "CallExpression" && isAt(node)) answer = nested ? "nested" : "top"
    const opens = CLOSED.has(node.type) || /^(FunctionDeclaration|ClassDeclaration|.*Statement)$/.test(node.type)
    const inside = nested || (opens && node.type !== "ExpressionStatement")
    for (const field in node) {
      const value = node[field]
      if (value === null || typeof value !== "object") continue
      for (const item of (Array.isArray(value) ? value : [value]) as Array<Node | null>) {
        if (item && typeof item.type === "string") visit(item, inside)
      }
    }
  }
  for (const node of body) visit(node, false)
  return answer
}
