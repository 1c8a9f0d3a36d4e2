// Terms: names, members and calls as the source writes them, to be understood once the names in them are resolved.
import type { ModuleNames } from "./module-names.ts"
import { bare, childOf, childrenOf, memberName, type Node, textOf } from "./syntax.ts"

/** A name, a member of a term, or a call of one. Plain JSON. */
export type Term =
  | string
  | { readonly of: Term; readonly member: string }
  | { readonly call: Term; readonly given: ReadonlyArray<Given> }

/** An argument: a term, `true` for literals, objects and arrays, `false` for anything else. */
export type Given = Term | boolean

const DATA = new Set(["ObjectExpression", "ArrayExpression", "Literal"])

/** The term that an expression is, if it starts from a name of the module. */
export function termOf(expression: Node, names: ModuleNames): Term | undefined {
  const node = bare(expression)
  if (node.type === "Identifier") {
    const name = textOf(node, "name")
    return names.isGlobal(name) ? undefined : name
  }
  if (node.type === "MemberExpression") {
    const member = memberName(node)
    const of = member === undefined ? undefined : termOf(childOf(node, "object")!, names)
    return of === undefined ? undefined : { of, member: member! }
  }
  if (node.type !== "CallExpression") return undefined
  const call = termOf(childOf(node, "callee")!, names)
  if (call === undefined) return undefined
  return { call, given: childrenOf(node, "arguments").map((argument) => givenOf(argument, names)) }
}

function givenOf(argument: Node, names: ModuleNames): Given {
  return DATA.has(bare(argument).type) || (termOf(argument, names) ?? false)
}

/** The name that a chain of members starts from; undefined when there are calls in it. */
export function termRoot(term: Term): string | undefined {
  let part = term
  while (typeof part !== "string") {
    if ("call" in part) return undefined
    part = part.of
  }
  return part
}

/** The keys of a pattern that takes nothing but members, each under a name: `{ train, test: exam }`. */
export function memberKeys(pattern: Node): ReadonlyArray<string> | undefined {
  if (pattern.type !== "ObjectPattern") return undefined
  const keys: string[] = []
  for (const property of childrenOf(pattern, "properties")) {
    if (property.type !== "Property" || property.computed === true) return undefined
    if (bare(childOf(property, "value")!).type !== "Identifier") return undefined
    const key = childOf(property, "key")!
    keys.push(key.type === "Identifier" ? textOf(key, "name") : String(key.value))
  }
  return keys
}

/** What each name of a declaration is bound to, where that is a term. */
export function boundTerms(id: Node | undefined, init: Node, names: ModuleNames): ReadonlyArray<Term> | undefined {
  const term = termOf(init, names)
  if (term === undefined) return undefined
  if (!id || id.type === "Identifier") return [term]
  return memberKeys(id)?.map((member) => ({ of: term, member }))
}
