// Writes functions, classes, blocks and patterns: everything that opens a scope or declares a name.
import type { ShapeContext } from "./module-names.ts"
import { Scope, lexicalNames, patternNames, varNames } from "./scope.ts"
import { SyntaxWriter } from "./syntax-writer.ts"
import { bare, childOf, childrenOf, isAnonymous, isErased, type Node, textOf } from "./syntax.ts"

/** The part of the writer that knows about scopes. */
export abstract class FunctionWriter extends SyntaxWriter {
  protected scope: Scope | undefined
  /** Expressions in places where what they name is used and not handed on: callees, objects of members, superclasses. */
  protected readonly asides = new Set<Node>()
  readonly #slots: ReadonlyArray<string>
  #numbered = 0

  constructor(context: ShapeContext, slots: ReadonlyArray<string> = []) {
    super(context)
    this.#slots = slots
  }

  abstract loopTarget(node: Node, target: Node): void

  /** Writes the source of a destructuring as the members it takes; false when it must be written as a whole. */
  abstract destructured(id: Node, init: Node): boolean

  /** Writes whatever is no plain expression. */
  statement(node: Node): void {
    switch (node.type) {
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.#function(node)
        return
      case "ClassDeclaration":
      case "ClassExpression":
        this.#class(node)
        return
      case "BlockStatement":
        this.#within(lexicalNames(childrenOf(node, "body")), () => this.generic(node))
        return
      case "StaticBlock":
        this.#staticBlock(node)
        return
      case "ForStatement":
        this.#within(headNames(childOf(node, "init")), () => this.generic(node))
        return
      case "ForInStatement":
      case "ForOfStatement": {
        const left = childOf(node, "left")!
        if (left.type !== "VariableDeclaration") this.loopTarget(node, left)
        this.#within(headNames(left), () => this.generic(node))
        return
      }
      case "SwitchStatement": {
        const statements = childrenOf(node, "cases").flatMap((item) => childrenOf(item, "consequent"))
        this.out += "(Switch"
        this.write(childOf(node, "discriminant"))
        this.#within(lexicalNames(statements), () => this.list(childrenOf(node, "cases")))
        this.out += ")"
        return
      }
      case "CatchClause":
        this.#within(patternNames(childOf(node, "param")), () => {
          this.out += "(Catch"
          this.#pattern(childOf(node, "param"))
          this.write(childOf(node, "body"))
          this.out += ")"
        })
        return
      case "VariableDeclaration":
        this.out += `(${textOf(node, "kind")}`
        for (const declarator of childrenOf(node, "declarations")) this.declarator(declarator)
        this.out += ")"
        return
      case "LabeledStatement":
      case "BreakStatement":
      case "ContinueStatement": {
        const label = childOf(node, "label")
        this.out += `(${node.type}:${label ? textOf(label, "name") : ""}`
        if (node.type === "LabeledStatement") this.write(childOf(node, "body"))
        this.out += ")"
        return
      }
      default:
        this.generic(node)
        return
    }
  }

  /** One `name = value` of a declaration. */
  declarator(node: Node): void {
    const id = childOf(node, "id")!
    const init = childOf(node, "init")
    this.out += "(="
    this.name(id.type === "Identifier" ? textOf(id, "name") : undefined, init)
    this.#pattern(id)
    if (!init || !this.destructured(id, init)) this.write(init)
    this.out += ")"
  }

  /** Writes the name that an anonymous function takes from its place: code can see it. */
  protected name(name: string | undefined, value: Node | undefined): void {
    if (name !== undefined && isAnonymous(value)) this.out += `<${name}>`
  }

  #function(node: Node): void {
    const isArrow = node.type === "ArrowFunctionExpression"
    const id = childOf(node, "id")
    this.out += `(${node.type}${node.async ? " async" : ""}${node.generator ? " *" : ""}`
    if (id) this.out += `<${textOf(id, "name")}>`
    const outer = this.scope
    if (id && node.type === "FunctionExpression") this.#open([textOf(id, "name")])
    else if (id) this.#binding(id)
    const params = childrenOf(node, "params").filter((param) => param.name !== "this")
    const paramNames = params.flatMap((param) => patternNames(param))
    this.#open(paramNames, !isArrow)
    for (const param of params) this.#pattern(param)
    const body = childOf(node, "body")
    if (body?.type === "BlockStatement") {
      const statements = childrenOf(body, "body")
      const vars = statements.flatMap((statement) => varNames(statement))
      const known = this.scope!
      this.#open([...vars.filter((name) => !known.has(name)), ...lexicalNames(statements)])
      this.out += "{"
      this.list(statements)
      this.out += "}"
    } else {
      this.out += "=>"
      this.write(body)
    }
    this.scope = outer
    this.out += ")"
  }

  #class(node: Node): void {
    const id = childOf(node, "id")
    this.out += "(Class"
    if (id) {
      this.out += `<${textOf(id, "name")}>`
      if (node.type === "ClassDeclaration") this.#binding(id)
    }
    if (childrenOf(node, "decorators").length > 0) this.problem("!decorator", node)
    const isInner = id !== undefined && node.type === "ClassExpression"
    this.#within(isInner ? [textOf(id, "name")] : [], () => {
      const superClass = childOf(node, "superClass")
      if (superClass) this.asides.add(bare(superClass))
      this.write(superClass)
      for (const member of childrenOf(childOf(node, "body")!, "body")) if (!isErased(member)) this.#classMember(member)
    })
    this.out += ")"
  }

  #classMember(node: Node): void {
    if (node.type === "StaticBlock") {
      this.#staticBlock(node)
      return
    }
    if (childrenOf(node, "decorators").length > 0) this.problem("!decorator", node)
    const value = childOf(node, "value")
    if (value && isErased(value)) return
    this.out += `(${node.type}${node.static ? " static" : ""} ${typeof node.kind === "string" ? node.kind : ""}`
    this.key(node)
    this.write(value)
    this.out += ")"
  }

  #staticBlock(node: Node): void {
    const statements = childrenOf(node, "body")
    const names = [...statements.flatMap((statement) => varNames(statement)), ...lexicalNames(statements)]
    this.#within(names, () => {
      this.out += "(StaticBlock"
      this.list(statements)
      this.out += ")"
    })
  }

  #pattern(node: Node | undefined): void {
    switch (node?.type) {
      case undefined:
        this.out += "~"
        return
      case "Identifier":
        this.#binding(node!)
        return
      case "ObjectPattern":
        this.out += "(ObjectPattern"
        for (const property of childrenOf(node!, "properties")) {
          if (property.type === "Property") this.key(property)
          this.#pattern(property.type === "Property" ? childOf(property, "value") : property)
        }
        this.out += ")"
        return
      case "ArrayPattern":
        this.out += "(ArrayPattern"
        for (const element of (node!.elements ?? []) as Array<Node | null>) this.#pattern(element ?? undefined)
        this.out += ")"
        return
      case "AssignmentPattern": {
        const left = childOf(node!, "left")!
        this.out += "(Default"
        this.name(left.type === "Identifier" ? textOf(left, "name") : undefined, childOf(node!, "right"))
        this.#pattern(left)
        this.write(childOf(node!, "right"))
        this.out += ")"
        return
      }
      case "RestElement":
        this.out += "(Rest"
        this.#pattern(childOf(node!, "argument"))
        this.out += ")"
        return
      default:
        this.problem("!not-erasable", node!)
    }
  }

  #binding(id: Node): void {
    const name = textOf(id, "name")
    const number = this.scope?.find(name)
    if (number !== undefined) this.out += `#${number};`
    else if (this.#slots.includes(name)) this.out += `$${this.#slots.indexOf(name)};`
    else this.hole(name, id)
  }

  #open(names: ReadonlyArray<string>, ownsArguments = false): void {
    this.scope = new Scope(this.scope, ownsArguments)
    for (const name of names) this.scope.declare(name, this.#numbered++)
  }

  #within(names: ReadonlyArray<string>, body: () => void): void {
    const outer = this.scope
    if (names.length > 0) this.#open(names)
    body()
    this.scope = outer
  }
}

function headNames(head: Node | undefined): string[] {
  return head?.type === "VariableDeclaration" ? lexicalNames([head]) : []
}
