// Chains of members and calls that start at an imported name, such as those that build schemas and stages.
import type { ModuleNames } from "./module-names.ts"
import { bare, childOf, memberName, type Node, textOf } from "./syntax.ts"

/** Constructors that take their arguments in two calls. */
const CURRIED = new Set(["Class", "TaggedClass", "ErrorClass", "TaggedErrorClass", "Opaque"])

/** The imported name at the root of a chain that may be a trusted constructor. */
export function constructorRoot(expression: Node, names: ModuleNames): string | undefined {
  let part = expression
  while (part.type === "MemberExpression" || part.type === "CallExpression") {
    if (part.type === "MemberExpression") {
      if (memberName(part) === "declaration") return undefined
      part = bare(childOf(part, "object")!)
      continue
    }
    const callee = bare(childOf(part, "callee")!)
    if (callee.type === "CallExpression" && !isCurried(callee)) return undefined
    part = callee
  }
  if (part.type !== "Identifier") return undefined
  const name = textOf(part, "name")
  return names.imports.has(name) ? name : undefined
}

/** The calls along a chain, outermost first; a chained call hands its arguments to a value made before. */
export function chainedCalls(expression: Node): Array<{ readonly call: Node; readonly isChained: boolean }> {
  const calls: Array<{ call: Node; isChained: boolean }> = []
  let part = expression
  while (part.type === "MemberExpression" || part.type === "CallExpression") {
    if (part.type === "MemberExpression") part = bare(childOf(part, "object")!)
    else {
      const callee = bare(childOf(part, "callee")!)
      calls.push({ call: part, isChained: memberName(callee) === "pipe" || restsOnCall(callee) })
      part = callee
    }
  }
  return calls
}

function isCurried(call: Node): boolean {
  return isCurriedName(memberName(bare(childOf(call, "callee")!)) ?? "")
}

/** Whether a constructor of that name takes its arguments in two calls. */
export function isCurriedName(name: string): boolean {
  return CURRIED.has(name)
}

function restsOnCall(callee: Node): boolean {
  let part = callee
  while (part.type === "MemberExpression") part = bare(childOf(part, "object")!)
  return part.type === "CallExpression"
}
