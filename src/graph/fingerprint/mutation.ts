// Finds writes: which names an assignment targets, and which calls change an object that another module owns.
import type { ModuleNames } from "./module-names.ts"
import { bare, childOf, childrenOf, memberName, type Node, textOf } from "./syntax.ts"

export interface Target {
  readonly name: string
  /** Whether a property of the name is written, not the name itself. */
  readonly isMember: boolean
  /** The first member after the name, where it is known. */
  readonly member?: string | undefined
}

/** The names that an assignment target writes to. */
export function targetNames(target: Node, into: Target[] = []): Target[] {
  const node = bare(target)
  switch (node.type) {
    case "Identifier":
      into.push({ name: textOf(node, "name"), isMember: false })
      break
    case "MemberExpression":
    case "ChainExpression": {
      const root = rootMember(node)
      if (root) into.push({ ...root, isMember: true })
      break
    }
    case "ObjectPattern":
      for (const property of childrenOf(node, "properties")) {
        targetNames(property.type === "Property" ? childOf(property, "value")! : property, into)
      }
      break
    case "ArrayPattern":
      for (const element of childrenOf(node, "elements")) targetNames(element, into)
      break
    case "AssignmentPattern":
      targetNames(childOf(node, "left")!, into)
      break
    case "RestElement":
      targetNames(childOf(node, "argument")!, into)
      break
  }
  return into
}

/** The identifier at the bottom of a chain of members, if there is one, and the first member after it. */
function rootMember(expression: Node): { readonly name: string; readonly member: string | undefined } | undefined {
  let node = bare(expression)
  let member: string | undefined
  while (node.type === "MemberExpression" || node.type === "ChainExpression") {
    if (node.type === "MemberExpression") member = memberName(node)
    node = bare(childOf(node, node.type === "ChainExpression" ? "expression" : "object")!)
  }
  return node.type === "Identifier" ? { name: textOf(node, "name"), member } : undefined
}

/** The identifier at the bottom of a chain of members, if there is one. */
export function rootName(expression: Node): string | undefined {
  return rootMember(expression)?.name
}

const OBJECT_WRITERS = new Set(["assign", "defineProperty", "defineProperties", "setPrototypeOf", "freeze", "seal"])
const REFLECT_WRITERS = new Set(["set", "defineProperty", "deleteProperty", "setPrototypeOf"])

/** The name of another module or of the language that a call such as `Object.assign(name, …)` writes to, if any. */
export function foreignMutation(call: Node, names: ModuleNames): string | undefined {
  const callee = bare(childOf(call, "callee")!)
  const method = memberName(callee)
  if (method === undefined) return undefined
  const object = bare(childOf(callee, "object")!)
  if (object.type !== "Identifier" || !names.isGlobal(textOf(object, "name"))) return undefined
  const isWriter =
    (object.name === "Object" && OBJECT_WRITERS.has(method)) ||
    (object.name === "Reflect" && REFLECT_WRITERS.has(method))
  const first = isWriter ? childrenOf(call, "arguments")[0] : undefined
  const root = first && rootName(first)
  return root !== undefined && !names.declared.has(root) ? root : undefined
}

const CHANGING_METHODS = new Set(
  "add clear copyWithin delete fill pop push reverse set shift sort splice unshift append".split(" ")
)

/** The imported name that a top-level statement changes by calling a method such as `push` for its effect only. */
export function mutatingStatement(statement: Node, names: ModuleNames): string | undefined {
  if (statement.type !== "ExpressionStatement") return undefined
  const call = bare(childOf(statement, "expression")!)
  if (call.type !== "CallExpression") return undefined
  const callee = bare(childOf(call, "callee")!)
  if (!CHANGING_METHODS.has(memberName(callee) ?? "")) return undefined
  const root = rootName(callee)
  return root !== undefined && names.imports.has(root) ? root : undefined
}
