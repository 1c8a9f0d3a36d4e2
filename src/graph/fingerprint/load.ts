// What happens when an initialiser is evaluated at load: nothing, a read of other bindings, or effects in an order.
import { chainedCalls, constructorRoot } from "./constructor-chain.ts"
import { GlobalCalls, isFixedGlobal } from "./global-call.ts"
import type { ModuleNames } from "./module-names.ts"
import { patternDefaults } from "./scope.ts"
import { bare, childOf, childrenOf, isErased, isFunction, memberName, type Node, textOf } from "./syntax.ts"

/** The verdict on one expression; conditions are checked once names are resolved. */
export class Load {
  /** Sub-expressions that act when evaluated, in order; everything around them is pure. */
  readonly effects: Node[] = []
  /** `constructor:name`, `plain:name`, `member:name`: what must hold of a name, else the whole is an effect. */
  readonly needs = new Set<string>()
  /** Names evaluated directly; one that is a `var` makes the position matter. */
  readonly direct = new Set<string>()
  /** Whether the value depends on when it is evaluated among the effects. */
  reads = false
  /** Whether the value is data without behaviour of its own: it may be read and iterated without effect. */
  plain = true
}

const LITERALS = new Set(["Literal", "ThisExpression", "MetaProperty", "TemplateElement"])
const BEHAVIOUR = new Set(["toString", "valueOf", "toJSON", "then"])
const DATA = new Set(["ObjectExpression", "ArrayExpression", "Literal"])

/** Judges initialisers of one module. */
export class LoadReader {
  readonly #names: ModuleNames
  readonly #globals: GlobalCalls

  constructor(names: ModuleNames) {
    this.#names = names
    this.#globals = new GlobalCalls(names)
  }

  /** What evaluating the expression does. */
  read(expression: Node | undefined, load: Load = new Load()): Load {
    if (expression) this.#visit(bare(expression), load)
    return load
  }

  /** What taking a value apart by a pattern does. */
  readPattern(pattern: Node, init: Node | undefined, load: Load): Load {
    if (pattern.type === "Identifier") return this.read(init, load)
    if (init) this.iterate(init, load)
    load.plain = false
    for (const value of patternDefaults(pattern)) this.read(value, load)
    return load
  }

  #visit(node: Node, load: Load): void {
    if (LITERALS.has(node.type) || isFunction(node)) return
    const names = this.#names
    switch (node.type) {
      case "Identifier":
        this.#reference(textOf(node, "name"), load)
        return
      case "TemplateLiteral":
        for (const part of childrenOf(node, "expressions")) this.#operand(part, load)
        return
      case "ObjectExpression":
        this.#object(node, load)
        return
      case "ArrayExpression":
        for (const element of childrenOf(node, "elements")) this.element(element, load)
        return
      case "UnaryExpression":
        if (node.operator === "delete") this.effect(node, load)
        else this.#operand(childOf(node, "argument")!, load)
        return
      case "BinaryExpression":
        this.#operand(childOf(node, "left")!, load)
        this.#operand(childOf(node, "right")!, load)
        return
      case "LogicalExpression":
        this.#branches(node, ["left", "right"], load)
        return
      case "ConditionalExpression":
        this.#branches(node, ["test", "consequent", "alternate"], load)
        return
      case "SequenceExpression":
        for (const part of childrenOf(node, "expressions")) this.read(part, load)
        return
      case "ChainExpression":
        this.#visit(childOf(node, "expression")!, load)
        return
      case "MemberExpression":
        this.member(node, load)
        return
      case "ClassExpression":
      case "ClassDeclaration":
        this.class(node, load)
        return
      case "TaggedTemplateExpression":
        if (memberName(childOf(node, "tag")!) !== "raw") {
          this.effect(node, load)
          return
        }
        this.#visitRawTemplate(node, load)
        return
      case "NewExpression":
        if (names.assetOf(node) !== undefined) return
        this.#globalCall(node, this.#globals.constructs(node), load)
        return
      case "CallExpression":
        this.call(node, load)
        return
      default:
        this.effect(node, load)
        return
    }
  }

  protected effect(node: Node, load: Load): void {
    load.effects.push(node)
    load.plain = false
  }

  #reference(name: string, load: Load): void {
    if (this.#names.isGlobal(name)) {
      if (name !== "undefined" && name !== "NaN" && name !== "Infinity") load.plain = false
      return
    }
    load.direct.add(name)
  }

  #branches(node: Node, fields: string[], load: Load): void {
    const inner = new Load()
    for (const field of fields) this.read(childOf(node, field), inner)
    if (inner.effects.length > 0) {
      this.effect(node, load)
      return
    }
    load.reads ||= inner.reads || inner.direct.size > 0
    load.plain &&= inner.plain
    for (const need of inner.needs) load.needs.add(need)
    for (const name of inner.direct) load.direct.add(name)
  }

  #operand(expression: Node, load: Load): void {
    const node = bare(expression)
    const wasPlain = load.plain
    if (node.type === "Identifier") {
      const name = textOf(node, "name")
      if (this.#names.isGlobal(name)) return
      load.needs.add(`plain:${name}`)
      load.reads = true
    } else this.#visit(node, load)
    load.plain = wasPlain && load.effects.length === 0
  }

  protected element(element: Node, load: Load): void {
    if (element.type === "SpreadElement") {
      this.iterate(childOf(element, "argument")!, load)
      return
    }
    this.read(element, load)
  }

  /** A value that is iterated, enumerated or handed to a built-in that does so. */
  protected iterate(expression: Node, load: Load): void {
    const node = bare(expression)
    if (node.type === "Identifier") {
      const name = textOf(node, "name")
      if (this.#names.isGlobal(name)) {
        this.effect(node, load)
        return
      }
      load.needs.add(`plain:${name}`)
      load.reads = true
      return
    }
    const inner = this.read(node)
    if (inner.effects.length > 0 || !inner.plain) {
      this.effect(node, load)
      return
    }
    for (const need of inner.needs) load.needs.add(need.replace(/^member:/, "plain:"))
    for (const name of inner.direct) load.needs.add(`plain:${name}`)
    load.reads ||= inner.reads || inner.direct.size > 0
  }

  #object(node: Node, load: Load): void {
    for (const property of childrenOf(node, "properties")) {
      if (property.type === "SpreadElement") {
        this.iterate(childOf(property, "argument")!, load)
        continue
      }
      const key = childOf(property, "key")!
      if (property.computed) {
        load.plain = false
        this.#operand(key, load)
      }
      if (property.kind !== "init" || BEHAVIOUR.has(textOf(key, "name") ?? String(key.value))) load.plain = false
      this.read(childOf(property, "value"), load)
    }
  }

  protected member(node: Node, load: Load): void {
    load.reads = true
    if (node.computed) this.#operand(childOf(node, "property")!, load)
    const object = bare(childOf(node, "object")!)
    if (object.type === "Identifier") {
      const name = textOf(object, "name")
      if (!this.#names.isGlobal(name)) load.needs.add(`member:${name}`)
      else if (!isFixedGlobal(name)) this.effect(node, load)
      return
    }
    const inner = this.read(object)
    for (const need of inner.needs) load.needs.add(need)
    for (const name of inner.direct) load.needs.add(`member:${name}`)
    if (inner.effects.length > 0 || (!inner.plain && !constructorRoot(object, this.#names))) this.effect(node, load)
  }

  protected class(node: Node, load: Load): void {
    this.read(childOf(node, "superClass"), load)
    for (const member of childrenOf(childOf(node, "body")!, "body")) {
      if (isErased(member)) continue
      if (member.type === "StaticBlock" || childrenOf(member, "decorators").length > 0) {
        this.effect(node, load)
        return
      }
      if (member.computed) this.#operand(childOf(member, "key")!, load)
      if (!member.static) continue
      if (member.kind === "get" || member.kind === "set") load.plain = false
      if (member.type === "PropertyDefinition" || member.type === "AccessorProperty") {
        const own = this.read(childOf(member, "value"))
        if (own.effects.length > 0) {
          this.effect(node, load)
          return
        }
        this.read(childOf(member, "value"), load)
      }
    }
  }

  #visitRawTemplate(node: Node, load: Load): void {
    const object = bare(childOf(bare(childOf(node, "tag")!), "object")!)
    if (object.name !== "String" || !this.#names.isGlobal("String")) {
      this.effect(node, load)
      return
    }
    this.#visit(childOf(node, "quasi")!, load)
  }

  #globalCall(node: Node, verdict: "build" | "iterate" | undefined, load: Load): void {
    if (!verdict) {
      this.effect(node, load)
      return
    }
    const before = load.effects.length
    for (const argument of childrenOf(node, "arguments")) {
      if (verdict === "build") this.element(argument, load)
      else if (argument.type === "SpreadElement" || isFunction(bare(argument))) this.effect(argument, load)
      else this.iterate(argument, load)
    }
    if (load.effects.length > before) {
      load.effects.length = before
      this.effect(node, load)
    }
  }

  protected call(node: Node, load: Load): void {
    if (this.#names.assetReadOf(node) !== undefined || this.#globals.readsAsset(node)) return
    const root = constructorRoot(node, this.#names)
    if (root === undefined) {
      this.#globalCall(node, this.#globals.calls(node), load)
      return
    }
    load.needs.add(`constructor:${root}`)
    this.#constructorArguments(node, load)
  }

  /** The arguments of every call along a chain such as `Schema.String.pipe(Schema.minLength(1))`. */
  #constructorArguments(node: Node, load: Load): void {
    for (const { call, isChained } of chainedCalls(node)) {
      for (const argument of childrenOf(call, "arguments")) {
        const inner = bare(argument)
        const root = isChained && !DATA.has(inner.type) ? constructorRoot(inner, this.#names) : undefined
        if (root !== undefined && inner.type !== "Identifier") load.needs.add(`constructor:${root}`)
        else if (isChained && !DATA.has(inner.type)) {
          this.effect(argument, load)
          continue
        }
        this.element(argument, load)
      }
    }
  }
}
