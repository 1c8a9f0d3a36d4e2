// Writes syntax as text without positions, comments and types; scope analysis decides which names are local.
import { FunctionWriter } from "./function-writer.ts"
import { isModuleUrl } from "./module-names.ts"
import { isShared } from "./global-call.ts"
import { foreignMutation, targetNames } from "./mutation.ts"
import { bare, childOf, childrenOf, literalText, memberName, type Node, textOf } from "./syntax.ts"

const GLOBAL_OBJECTS = new Set(["globalThis", "global"])
const CONVERSIONS = new Set(["String", "Number", "Boolean", "BigInt", "parseInt", "parseFloat"])
const PROTOTYPES = new Set(["prototype", "__proto__"])

/** The writer: one per shape. */
export class ShapeWriter extends FunctionWriter {
  /** The text written so far. */
  text(): string {
    return this.out
  }

  /** Adds a fixed text of its own. */
  mark(text: string): void {
    this.out += `<${JSON.stringify(text)}>`
  }

  override write(original: Node | null | undefined): void {
    if (!original) {
      this.out += "~"
      return
    }
    const node = bare(original)
    switch (node.type) {
      case "Identifier":
        this.#identifier(node)
        return
      case "Literal":
        this.literal(node)
        return
      case "TemplateElement":
        this.out += `\`${JSON.stringify((node.value as { raw: string }).raw)}`
        return
      case "MemberExpression":
        this.#member(node)
        return
      case "CallExpression":
      case "NewExpression":
        this.#call(node)
        return
      case "ImportExpression":
        this.#dynamicImport(node)
        return
      case "MetaProperty":
        if (textOf(childOf(node, "meta")!, "name") === "import") this.problem("!import.meta", node)
        this.out += "(Meta)"
        return
      case "AssignmentExpression":
        this.#assignment(node, childOf(node, "left")!)
        this.#named(node)
        return
      case "UpdateExpression":
        this.#assignment(node, childOf(node, "argument")!)
        this.generic(node)
        return
      case "UnaryExpression":
        this.#unary(node)
        return
      case "BinaryExpression":
        this.#binary(node)
        return
      case "AssignmentPattern":
        this.#named(node)
        return
      default:
        this.statement(node)
        return
    }
  }

  #identifier(node: Node): void {
    const name = textOf(node, "name")
    const number = this.scope?.find(name)
    if (number !== undefined) this.out += `#${number};`
    else if (name === "arguments" && this.scope?.knowsArguments()) this.out += "(Arguments)"
    else if (name === "undefined" && this.names.isGlobal(name)) this.out += "(Undefined)"
    else {
      if (!this.asides.has(node) && this.names.isGlobal(name)) this.#handsOut(name, node)
      this.hole(name, node)
    }
  }

  /** Notes that code may change what the name stands for, under this name or another, if it is built in. */
  #handsOut(name: string, node: Node): void {
    const own = name.replace(/^global(This)?\./, "")
    if (isShared(own)) this.problem(`=${own}`, node)
  }

  /** The free global that an expression names, directly or as a member of globalThis. */
  #freeName(node: Node): string | undefined {
    const inner = bare(node)
    if (inner.type === "Identifier") {
      const name = textOf(inner, "name")
      return this.scope?.find(name) === undefined ? name : undefined
    }
    const member = memberName(inner)
    if (member === undefined) return undefined
    const object = bare(childOf(inner, "object")!)
    if (object.type !== "Identifier" || !this.#isFreeGlobal(object)) return undefined
    return GLOBAL_OBJECTS.has(textOf(object, "name")) ? `globalThis.${member}` : undefined
  }

  #isFreeGlobal(node: Node): boolean {
    const name = textOf(node, "name")
    return this.scope?.find(name) === undefined && this.names.isGlobal(name)
  }

  #member(node: Node): void {
    const name = memberName(node)
    const object = childOf(node, "object")!
    const root = name === undefined ? undefined : this.#freeName(object)
    if (root === undefined || (this.names.declared.has(root) && !this.names.imports.has(root))) {
      this.#plainMember(node, object)
      return
    }
    const isGlobalObject = GLOBAL_OBJECTS.has(root) && this.names.isGlobal(root)
    if (PROTOTYPES.has(name!) && !this.asides.has(node) && !this.names.imports.has(root)) this.#handsOut(root, node)
    this.out += node.optional ? "(Member?" : "(Member"
    this.hole(isGlobalObject ? `globalThis.${name}` : `${root}.${name}`, node)
    this.out += `${JSON.stringify(name)})`
  }

  #plainMember(node: Node, object: Node): void {
    const property = childOf(node, "property")!
    this.asides.add(bare(object))
    if (memberName(node) === "__proto__") this.problem("=*", node)
    this.out += node.optional ? "(Member?" : "(Member"
    this.write(object)
    if (node.computed) this.write(property)
    else this.out += `${property.type === "PrivateIdentifier" ? "p" : "k"}${JSON.stringify(textOf(property, "name"))}`
    this.out += ")"
  }

  #call(node: Node): void {
    const callee = bare(childOf(node, "callee")!)
    const args = childrenOf(node, "arguments")
    const asset =
      this.scope?.find("URL") === undefined && node.type === "NewExpression" ? this.names.assetOf(node) : undefined
    if (asset !== undefined) {
      this.out += "(Asset"
      this.hole(`asset:${asset}`, node)
      this.out += ")"
      return
    }
    if (node.type === "NewExpression" && args.some(isModuleUrl) && callee.name === "URL") {
      this.problem("!asset", node)
    }
    const read = this.#isShadowed(callee) || this.#isShadowed(args[0]) ? undefined : this.names.assetReadOf(node)
    if (read !== undefined) {
      this.out += "(ReadAsset"
      this.hole(`asset:${read}`, node)
      for (const argument of args.slice(1)) this.write(argument)
      this.out += ")"
      return
    }
    if (memberName(callee) === "constructor" && node.type === "CallExpression") this.problem("!constructor", node)
    const mutated = foreignMutation(node, this.names)
    if (mutated && this.scope?.find(mutated) === undefined) {
      if (this.names.isGlobal(mutated)) this.#handsOut(mutated, node)
      else this.problem(`!mutate ${mutated}`, node)
    }
    if (memberName(callee) === "getPrototypeOf") this.problem("=*", node)
    this.asides.add(callee)
    for (const argument of args) if (CONVERSIONS.has(String(bare(argument).name))) this.asides.add(bare(argument))
    if (callee.type === "Identifier" && callee.name === "Date" && this.#isFreeGlobal(callee)) {
      const given = node.type === "NewExpression" && args.length > 0 && args[0]!.type !== "SpreadElement"
      this.out += `(${node.type}${given ? "+" : ""}`
      this.hole(given ? "Date.new" : "Date.()", node)
      this.list(args)
      this.out += ")"
      return
    }
    this.generic(node)
  }

  #isShadowed(node: Node | undefined): boolean {
    if (!node) return false
    let root = bare(node)
    while (root.type === "MemberExpression" || root.type === "CallExpression") {
      root = bare(childOf(root, root.type === "CallExpression" ? "callee" : "object")!)
    }
    return root.type === "Identifier" && this.scope?.find(textOf(root, "name")) !== undefined
  }

  #dynamicImport(node: Node): void {
    const specifier = literalText(childOf(node, "source"))
    if (specifier === undefined) {
      this.problem("!import()", node)
      this.generic(node)
      return
    }
    this.out += "(Import"
    this.hole(`import:${specifier}`, node)
    this.write(childOf(node, "options"))
    this.out += ")"
  }

  #assignment(node: Node, target: Node): void {
    for (const { name, isMember, member } of targetNames(target)) {
      if (this.scope?.find(name) !== undefined) continue
      if (this.names.imports.has(name)) this.problem(`!mutate ${name}`, node)
      else if (this.names.isGlobal(name)) {
        this.#handsOut(GLOBAL_OBJECTS.has(name) ? (member ?? name) : name, node)
      } else if (!isMember && this.names.declared.has(name) && !this.context.assigned.has(name)) {
        this.context.assigned.set(name, this.context.lines.pack(node.start))
      }
    }
  }

  #named(node: Node): void {
    const left = childOf(node, "left")!
    this.name(left.type === "Identifier" ? textOf(left, "name") : undefined, childOf(node, "right"))
    this.generic(node)
  }

  #unary(node: Node): void {
    const argument = bare(childOf(node, "argument")!)
    if (node.operator === "delete") this.#assignment(node, argument)
    if (node.operator === "typeof" && argument.type === "Identifier" && this.#isFreeGlobal(argument)) {
      this.out += "(Typeof"
      this.hole(`${textOf(argument, "name")}.typeof`, argument)
      this.out += ")"
      return
    }
    this.generic(node)
  }

  #binary(node: Node): void {
    const right = bare(childOf(node, "right")!)
    if (node.operator !== "instanceof" || right.type !== "Identifier" || !this.#isFreeGlobal(right)) {
      this.generic(node)
      return
    }
    this.out += "(Instanceof"
    this.write(childOf(node, "left"))
    this.hole(`${textOf(right, "name")}.instanceof`, right)
    this.out += ")"
  }

  override loopTarget(node: Node, target: Node): void {
    this.#assignment(node, target)
  }

  override destructured(id: Node, init: Node): boolean {
    const source = bare(init)
    if (id.type !== "ObjectPattern" || source.type !== "Identifier") return false
    const name = textOf(source, "name")
    if (this.scope?.find(name) !== undefined || this.names.declared.has(name)) return false
    const properties = childrenOf(id, "properties")
    if (properties.some((property) => property.type !== "Property" || property.computed === true)) return false
    this.out += "(Members"
    for (const property of properties) {
      const key = childOf(property, "key")!
      this.hole(`${name}.${key.type === "Identifier" ? textOf(key, "name") : String(key.value)}`, key)
    }
    this.out += ")"
    return true
  }
}
