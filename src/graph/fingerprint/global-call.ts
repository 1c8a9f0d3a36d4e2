// Calls and constructions of the language's own globals that do nothing but make a value of their arguments.
import type { ModuleNames } from "./module-names.ts"
import { bare, childOf, childrenOf, isFunction, memberName, type Node, textOf } from "./syntax.ts"

const ITERATING_CONSTRUCTORS = new Set(
  [
    "Set Map WeakSet WeakMap Array ArrayBuffer DataView String Number Boolean",
    "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array",
    "Float16Array Float32Array Float64Array BigInt64Array BigUint64Array"
  ]
    .join(" ")
    .split(" ")
)
const BUILDING_CONSTRUCTORS = new Set(["RegExp", "TextEncoder", "TextDecoder", "Error", "Date"])
const FUNCTIONS = new Set([
  "String",
  "Number",
  "Boolean",
  "BigInt",
  "Symbol",
  "parseInt",
  "parseFloat",
  "structuredClone"
])
const READING_METHODS = new Map<string, ReadonlySet<string>>([
  ["Object", new Set(["entries", "keys", "values", "fromEntries"])],
  ["Array", new Set(["from", "of"])],
  ["JSON", new Set(["parse", "stringify"])],
  ["Symbol", new Set(["for"])],
  ["BigInt", new Set(["asIntN", "asUintN"])]
])
const READING_OBJECTS = new Set(["Math", "Number", "String"])
const FREEZERS = new Set(["freeze", "seal", "preventExtensions"])
const FRESH = new Set([
  "ObjectExpression",
  "ArrayExpression",
  "NewExpression",
  "ArrowFunctionExpression",
  "CallExpression"
])
const TEXT_METHODS = new Set(
  "split trim trimStart trimEnd toLowerCase toUpperCase replace replaceAll slice normalize filter map".split(" ")
)

const FIXED_GLOBALS = new Set([
  ...ITERATING_CONSTRUCTORS,
  ...READING_METHODS.keys(),
  "Math",
  "Reflect",
  "RegExp",
  "Promise",
  "Intl",
  "Error",
  "Date"
])

const BUILT_IN: ReadonlySet<string> = new Set(["globalThis", "global", ...Object.getOwnPropertyNames(globalThis)])
/** What row functions may not read, or get nothing from. */
const OUTSIDE = new Set(["console", "process", "performance", "fetch", "navigator", "NaN", "Infinity"])

/** Whether the name belongs to the language or the runtime, and is no global that some code made. */
export function isBuiltIn(name: string): boolean {
  return BUILT_IN.has(name)
}

/** Whether a change of what the name stands for may change how code runs that does not name it. */
export function isShared(name: string): boolean {
  return BUILT_IN.has(name) && !OUTSIDE.has(name)
}

/** Whether members of the global may be read at any time with the same result. */
export function isFixedGlobal(name: string): boolean {
  return FIXED_GLOBALS.has(name)
}

/** Whether an `Object.assign` gives a function made there the values of object literals: no getter or setter can run. */
function extendsFunction(call: Node): boolean {
  const [first, ...others] = childrenOf(call, "arguments").map(bare)
  const holdsValues = (node: Node) =>
    node.type === "ObjectExpression" && childrenOf(node, "properties").every(({ kind }) => kind === "init")
  return first !== undefined && isFunction(first) && others.every(holdsValues)
}

/** Knows which global calls are pure, seen from one module. */
export class GlobalCalls {
  readonly #names: ModuleNames

  constructor(names: ModuleNames) {
    this.#names = names
  }

  /** How `new X(…)` treats its arguments, or undefined when it may do anything. */
  constructs(node: Node): "build" | "iterate" | undefined {
    const callee = bare(childOf(node, "callee")!)
    if (callee.type === "Identifier" && this.#names.isGlobal(textOf(callee, "name"))) {
      const name = textOf(callee, "name")
      if (ITERATING_CONSTRUCTORS.has(name)) return "iterate"
      if (name === "Date" && childrenOf(node, "arguments").length === 0) return undefined
      return BUILDING_CONSTRUCTORS.has(name) ? "build" : undefined
    }
    const object = this.#globalObject(callee)
    if (object === "Intl") return memberName(callee) === undefined ? undefined : "build"
    return object === "WebAssembly" && memberName(callee) === "Module" ? "build" : undefined
  }

  /** How a call of a global treats its arguments, or undefined when it may do anything. */
  calls(node: Node): "build" | "iterate" | undefined {
    const callee = bare(childOf(node, "callee")!)
    if (callee.type === "Identifier") {
      const name = textOf(callee, "name")
      return this.#names.isGlobal(name) && FUNCTIONS.has(name) ? "iterate" : undefined
    }
    const object = this.#globalObject(callee)
    const method = memberName(callee)
    if (object === undefined || method === undefined || method === "random") return undefined
    if (object === "Object" && FREEZERS.has(method)) {
      const first = childrenOf(node, "arguments")[0]
      return first && FRESH.has(bare(first).type) ? "build" : undefined
    }
    if (object === "Object" && method === "assign") return extendsFunction(node) ? "build" : undefined
    return READING_OBJECTS.has(object) || READING_METHODS.get(object)?.has(method) ? "iterate" : undefined
  }

  /** Whether the call is a text method on the content of an asset, such as `.trim().split("\n")`. */
  readsAsset(node: Node): boolean {
    if (node.type !== "CallExpression") return false
    if (this.#names.assetReadOf(node) !== undefined) return childrenOf(node, "arguments").length === 2
    const callee = bare(childOf(node, "callee")!)
    if (!TEXT_METHODS.has(memberName(callee) ?? "")) return false
    const isFixed = childrenOf(node, "arguments").every((argument) => {
      const inner = bare(argument)
      if (inner.type === "Literal") return true
      return inner.type === "Identifier" && /^(Boolean|String|Number)$/.test(textOf(inner, "name"))
    })
    return isFixed && this.readsAsset(bare(childOf(callee, "object")!))
  }

  #globalObject(callee: Node): string | undefined {
    if (callee.type !== "MemberExpression") return undefined
    const object = bare(childOf(callee, "object")!)
    if (object.type !== "Identifier") return undefined
    const name = textOf(object, "name")
    return this.#names.isGlobal(name) ? name : undefined
  }
}
