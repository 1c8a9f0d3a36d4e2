// Reads a source file into its summary: one pass for names, one for shapes.
import { DefinitionReader } from "./definition-reader.ts"
import { boundTerms } from "./handle-term.ts"
import { Load, LoadReader } from "./load.ts"
import { ModuleNames, type ShapeContext } from "./module-names.ts"
import type {
  Definition,
  ExportBinding,
  ImportBinding,
  Judgement,
  ModuleRequest,
  ModuleSummary,
  Unit,
  UnitKind
} from "./module-summary.ts"
import { mutatingStatement } from "./mutation.ts"
import { declarationNames, patternNames, varNames } from "./scope.ts"
import { declarationShape, type Shape, shapeOf, withRef } from "./shape.ts"
import { bare, childOf, childrenOf, isErased, isFunction, Lines, type Node, parseSyntax, textOf } from "./syntax.ts"
import { TrustingLoadReader } from "./trusting-load.ts"

/** The summary of a source file's text. */
export function readModule(file: string, source: string): ModuleSummary {
  const lines = new Lines(source)
  const { body, problem } = parseSyntax(file, source)
  if (problem) {
    const at = lines.pack(problem.at)
    return { imports: {}, exports: {}, stars: [], loads: [], units: [], definitions: [], problem: { ...problem, at } }
  }
  return new ModuleReader(lines).read(body.filter((statement) => !isTypeOnly(statement)))
}

function isTypeOnly(statement: Node): boolean {
  if (statement.importKind === "type" || statement.exportKind === "type" || isErased(statement)) return true
  const declaration = statement.type.startsWith("Export") ? childOf(statement, "declaration") : undefined
  return declaration !== undefined && isErased(declaration)
}

type Draft = Omit<Unit, "reassigned">

class ModuleReader {
  readonly #names = new ModuleNames()
  readonly #context: ShapeContext
  readonly #lines: Lines
  readonly #loads: LoadReader
  readonly #trustingLoads: TrustingLoadReader
  readonly #imports: Record<string, ImportBinding> = {}
  readonly #exports: Record<string, ExportBinding> = {}
  readonly #stars: Array<{ from: string; at: number }> = []
  readonly #requests = new Map<string, ModuleRequest>()
  readonly #units: Draft[] = []
  readonly #definitions: Definition[] = []
  readonly #assignedBy = new Map<string, Array<{ unit: number; at: number }>>()

  constructor(lines: Lines) {
    this.#lines = lines
    this.#context = { names: this.#names, lines, assigned: new Map() }
    this.#loads = new LoadReader(this.#names)
    this.#trustingLoads = new TrustingLoadReader(this.#names)
  }

  read(body: ReadonlyArray<Node>): ModuleSummary {
    for (const statement of body) this.#declare(statement)
    for (const statement of body) this.#statement(statement)
    const units = this.#units.map((unit, index): Unit => {
      for (const name of unit.names) {
        const elsewhere = this.#assignedBy.get(name)?.find((assignment) => assignment.unit !== index)
        if (elsewhere) return { ...unit, reassigned: { name, at: elsewhere.at } }
      }
      return unit
    })
    return {
      imports: this.#imports,
      exports: this.#exports,
      stars: this.#stars,
      loads: [...this.#requests.values()],
      units,
      definitions: this.#definitions
    }
  }

  /** First pass: the names at the top of the module. */
  #declare(statement: Node): void {
    if (statement.type === "ImportDeclaration") {
      this.#import(statement)
      return
    }
    const source = childOf(statement, "source")
    if (source) this.#request(source.value as string, this.#lines.pack(statement.start), false)
    const isExport = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration"
    const node = isExport ? childOf(statement, "declaration") : statement
    if (!node) return
    if (node.type === "VariableDeclaration") {
      for (const name of declarationNames(node)) this.#names.declared.add(name)
      for (const declarator of childrenOf(node, "declarations")) {
        const [id, init] = [childOf(declarator, "id")!, childOf(declarator, "init")]
        if (id.type === "Identifier" && init && node.kind === "const") this.#names.noteAsset(textOf(id, "name"), init)
      }
    } else if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
      const id = childOf(node, "id")
      if (id) this.#names.declared.add(textOf(id, "name"))
    } else for (const name of varNames(node)) this.#names.declared.add(name)
  }

  #import(statement: Node): void {
    const at = this.#lines.pack(statement.start)
    const from = childOf(statement, "source")!.value as string
    const specifiers = childrenOf(statement, "specifiers")
    this.#request(from, at, specifiers.length === 0)
    for (const specifier of specifiers) {
      if (specifier.importKind === "type") continue
      const imported = childOf(specifier, "imported")
      const isNamespace = specifier.type === "ImportNamespaceSpecifier"
      const name = isNamespace ? "*" : imported ? exportName(imported) : "default"
      const local = textOf(childOf(specifier, "local")!, "name")
      this.#imports[local] = { from, name, at }
      this.#names.imports.set(local, { from, name })
    }
  }

  #request(from: string, at: number, isBare: boolean): void {
    const known = this.#requests.get(from)
    if (!known) this.#requests.set(from, { from, at, isBare })
    else if (known.isBare) this.#requests.set(from, { ...known, isBare })
  }

  /** Second pass: units and exports. */
  #statement(statement: Node): void {
    switch (statement.type) {
      case "ImportDeclaration":
      case "EmptyStatement":
        return
      case "ExportAllDeclaration":
        this.#exportAll(statement)
        return
      case "ExportNamedDeclaration":
        this.#exportNamed(statement)
        return
      case "ExportDefaultDeclaration":
        this.#exportDefault(childOf(statement, "declaration")!)
        return
      default:
        this.#unit(statement)
    }
  }

  #exportAll(statement: Node): void {
    const at = this.#lines.pack(statement.start)
    const from = childOf(statement, "source")!.value as string
    const exported = childOf(statement, "exported")
    if (exported) this.#exports[exportName(exported)] = { from, name: "*", at }
    else this.#stars.push({ from, at })
  }

  #exportNamed(statement: Node): void {
    const declaration = childOf(statement, "declaration")
    if (declaration) {
      for (const name of this.#unit(declaration)) this.#exports[name] = { local: name }
      return
    }
    const source = childOf(statement, "source")
    const at = this.#lines.pack(statement.start)
    for (const specifier of childrenOf(statement, "specifiers")) {
      if (specifier.exportKind === "type") continue
      const local = exportName(childOf(specifier, "local")!)
      const exported = exportName(childOf(specifier, "exported")!)
      this.#exports[exported] = source ? { from: source.value as string, name: local, at } : { local }
    }
  }

  #exportDefault(node: Node): void {
    const named = (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") && childOf(node, "id")
    if (named) {
      const [name] = this.#unit(node)
      this.#exports.default = { local: name! }
      return
    }
    this.#exports.default = { local: "default" }
    const inner = bare(node)
    if (inner.type === "FunctionDeclaration" || inner.type === "ClassDeclaration") this.#declaration(node, ["default"])
    else this.#value(node, "default", node, ["default"], "constant")
  }

  /** Adds the units of a declaration or statement; gives the names it declares. */
  #unit(node: Node): ReadonlyArray<string> {
    if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
      const names = [textOf(childOf(node, "id")!, "name")]
      this.#declaration(node, names)
      return names
    }
    if (node.type !== "VariableDeclaration") {
      const names = varNames(node)
      this.#wholeEffect(node, names)
      return names
    }
    for (const declarator of childrenOf(node, "declarations")) {
      const kind = textOf(node, "kind")
      const names = patternNames(childOf(declarator, "id"))
      this.#value(declarator, kind, childOf(declarator, "init"), names, kind === "const" ? "constant" : "variable")
    }
    return declarationNames(node)
  }

  #declaration(node: Node, names: ReadonlyArray<string>): void {
    const isClass = node.type === "ClassDeclaration"
    const load = isClass ? this.#loads.read(node) : new Load()
    const shape = declarationShape(this.#context, "declare", node, names)
    this.#add(isClass ? "class" : "function", names, shape, load, true)
  }

  #value(node: Node, kind: string, init: Node | undefined, names: ReadonlyArray<string>, as: UnitKind): void {
    const id = node.type === "VariableDeclarator" ? childOf(node, "id")! : undefined
    const load = id ? this.#loads.readPattern(id, init, new Load()) : this.#loads.read(init)
    const isFixed = kind === "const" || kind === "default"
    const terms = init && isFixed ? boundTerms(id, init, this.#names) : undefined
    const shape = declarationShape(this.#context, kind, node, names)
    const value = init && bare(init)
    const isPlainName = value?.type === "Identifier" && (!id || id.type === "Identifier")
    const acts = kind === "var" || kind === "using" || kind === "await using"
    const definitions = init ? this.#readDefinitions(init) : []
    const isFunctionValue = value !== undefined && isFunction(value) && (!id || id.type === "Identifier")
    const unit = this.#add(isFunctionValue ? "function" : as, names, shape, load, isFunctionValue, {
      ...(isPlainName ? { alias: textOf(value, "name") } : {}),
      ...(terms ? { terms } : {}),
      ...(acts ? { effects: "whole", plain: false } : this.#trusting(id, init, load))
    })
    for (const definition of definitions) this.#definitions.push({ ...definition, unit })
  }

  /** The second judgement of an initialiser, where the first may find effects. */
  #trusting(id: Node | undefined, init: Node | undefined, load: Load): { readonly trusting?: Judgement } {
    if (!init || (load.effects.length === 0 && load.needs.size === 0)) return {}
    const trusted = id ? this.#trustingLoads.readPattern(id, init, new Load()) : this.#trustingLoads.read(init)
    if (![...trusted.needs].some((need) => need.startsWith("term:"))) return {}
    const { needs, direct, reads } = trusted
    const effects = trusted.effects.map((node) => shapeOf(this.#context, node))
    return { trusting: { effects, needs: [...needs], direct: [...direct], reads } }
  }

  #wholeEffect(node: Node, names: ReadonlyArray<string>): void {
    const shape = declarationShape(this.#context, "statement", node, names)
    const mutated = mutatingStatement(node, this.#names)
    const full = mutated ? withRef(shape, `!mutate ${mutated}`, this.#lines.pack(node.start)) : shape
    const definitions = node.type === "ExpressionStatement" ? this.#readDefinitions(childOf(node, "expression")!) : []
    const unit = this.#add("statement", names, full, new Load(), false, { effects: "whole", plain: false })
    for (const definition of definitions) this.#definitions.push({ ...definition, unit })
  }

  #add(
    kind: UnitKind,
    names: ReadonlyArray<string>,
    shape: Shape,
    load: Load,
    callable: boolean,
    extra: Partial<Draft> = {}
  ): number {
    const effects = load.effects.map((node) => shapeOf(this.#context, node))
    const index = this.#units.length
    for (const [name, at] of this.#context.assigned) {
      this.#assignedBy.set(name, [...(this.#assignedBy.get(name) ?? []), { unit: index, at }])
    }
    this.#context.assigned.clear()
    const { plain, reads } = load
    const judged = { effects, needs: [...load.needs], direct: [...load.direct], reads, plain }
    this.#units.push({ kind, names, shape, callable, ...judged, ...extra })
    return index
  }

  #readDefinitions(expression: Node): ReadonlyArray<Omit<Definition, "unit">> {
    return new DefinitionReader(this.#context).read(expression)
  }
}

function exportName(node: Node): string {
  return node.type === "Literal" ? String(node.value) : textOf(node, "name")
}
