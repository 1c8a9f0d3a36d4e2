// Which names a function or block declares, so that locals can be told from free names and numbered.
import { bare, childOf, childrenOf, isErased, literalText, type Node, textOf } from "./syntax.ts"

/** One level of local names; a number stands for each, so that renaming a local changes nothing. */
export class Scope {
  readonly parent: Scope | undefined
  readonly ownsArguments: boolean
  readonly #numbers = new Map<string, number>()

  constructor(parent: Scope | undefined, ownsArguments = false) {
    this.parent = parent
    this.ownsArguments = ownsArguments
  }

  /** Adds a name with a number, once. */
  declare(name: string, number: number): void {
    if (!this.#numbers.has(name)) this.#numbers.set(name, number)
  }

  /** Whether this very level has the name. */
  has(name: string): boolean {
    return this.#numbers.has(name)
  }

  /** The number of the nearest declaration, or undefined for a free name. */
  find(name: string): number | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const number = scope.#numbers.get(name)
      if (number !== undefined) return number
    }
    return undefined
  }

  /** Whether the word `arguments` means the arguments of an enclosing function here. */
  knowsArguments(): boolean {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) if (scope.ownsArguments) return true
    return false
  }
}

/** Adds the names that a binding pattern declares, in source order. */
export function patternNames(pattern: Node | undefined, into: string[] = []): string[] {
  if (!pattern) return into
  const node = bare(pattern)
  if (node.type === "Identifier") into.push(textOf(node, "name"))
  else if (node.type === "ObjectPattern") {
    for (const property of childrenOf(node, "properties")) {
      patternNames(property.type === "Property" ? childOf(property, "value") : property, into)
    }
  } else if (node.type === "ArrayPattern") {
    for (const element of childrenOf(node, "elements")) patternNames(element, into)
  } else if (node.type === "AssignmentPattern") patternNames(childOf(node, "left"), into)
  else if (node.type === "RestElement") patternNames(childOf(node, "argument"), into)
  else if (node.type === "TSParameterProperty") patternNames(childOf(node, "parameter"), into)
  return into
}

/** The names of a variable declaration. */
export function declarationNames(declaration: Node, into: string[] = []): string[] {
  for (const declarator of childrenOf(declaration, "declarations")) patternNames(childOf(declarator, "id"), into)
  return into
}

/** The names that a list of statements declares for its own block: let, const, using, functions, classes. */
export function lexicalNames(statements: ReadonlyArray<Node>): string[] {
  const names: string[] = []
  for (const statement of statements) {
    if (isErased(statement)) continue
    if (statement.type === "VariableDeclaration") {
      if (statement.kind !== "var") declarationNames(statement, names)
    } else if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") {
      const id = childOf(statement, "id")
      if (id) names.push(textOf(id, "name"))
    }
  }
  return names
}

const NESTING = ["body", "block", "handler", "finalizer", "consequent", "alternate", "init", "left", "cases"]

/** The names that `var` declares anywhere below a statement, outside nested functions. */
export function varNames(statement: Node, into: string[] = []): string[] {
  if (statement.type === "VariableDeclaration") {
    return statement.kind === "var" && !isErased(statement) ? declarationNames(statement, into) : into
  }
  const type = statement.type
  if (!type.endsWith("Statement") && type !== "CatchClause" && type !== "SwitchCase") return into
  if (type === "ExpressionStatement" || type === "ReturnStatement") return into
  for (const field of NESTING) {
    const value = statement[field] as Node | Node[] | null | undefined
    if (Array.isArray(value)) for (const item of value) varNames(item, into)
    else if (value) varNames(value, into)
  }
  return into
}

/** The expressions that a binding pattern evaluates: defaults and computed keys. */
export function patternDefaults(pattern: Node, into: Node[] = []): Node[] {
  if (pattern.type === "AssignmentPattern") {
    into.push(childOf(pattern, "right")!)
    patternDefaults(childOf(pattern, "left")!, into)
  }
  for (const element of childrenOf(pattern, "elements")) patternDefaults(element, into)
  for (const property of childrenOf(pattern, "properties")) {
    if (property.computed && literalText(childOf(property, "key")) === undefined) into.push(childOf(property, "key")!)
    if (property.type === "Property") patternDefaults(childOf(property, "value")!, into)
  }
  return into
}
