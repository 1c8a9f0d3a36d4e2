// What the names at the top of a module stand for, as far as its own text says: imports, declarations, asset addresses.
import { bare, childOf, childrenOf, type Lines, literalText, memberName, type Node, textOf } from "./syntax.ts"

export interface ImportedName {
  readonly from: string
  /** The exported name, `*` for the whole namespace. */
  readonly name: string
}

/** What the source of a module offers to whoever reads its syntax. */
export interface ShapeContext {
  readonly names: ModuleNames
  readonly lines: Lines
  /** Assignments to names of the module, by name: where, as packed place. */
  readonly assigned: Map<string, number>
}

/** The names of one module, used to read its expressions. */
export class ModuleNames {
  readonly imports = new Map<string, ImportedName>()
  readonly declared = new Set<string>()
  readonly #assets = new Map<string, string>()

  /** Whether the name belongs to the language or the runtime, not to this module. */
  isGlobal(name: string): boolean {
    return !this.imports.has(name) && !this.declared.has(name)
  }

  /** Notes a top-level constant that holds nothing but the address of an asset. */
  noteAsset(name: string, init: Node): void {
    const asset = this.assetOf(init)
    if (asset !== undefined) this.#assets.set(name, asset)
  }

  /** The relative path when the expression is the address of a file beside this module, else undefined. */
  assetOf(expression: Node | undefined): string | undefined {
    if (!expression) return undefined
    const node = bare(expression)
    if (node.type === "Identifier") return this.#assets.get(textOf(node, "name"))
    if (node.type === "NewExpression") return this.#address(node)
    if (node.type === "CallExpression" && this.isBuiltin(childOf(node, "callee"), "url", "fileURLToPath")) {
      return this.assetOf(childrenOf(node, "arguments")[0])
    }
    return undefined
  }

  /** The relative path when the call reads such a file with readFileSync, else undefined. */
  assetReadOf(node: Node): string | undefined {
    if (node.type !== "CallExpression") return undefined
    if (!this.isBuiltin(childOf(node, "callee"), "fs", "readFileSync")) return undefined
    return this.assetOf(childrenOf(node, "arguments")[0])
  }

  /** Whether the expression names that export of a built-in module, imported by name or through the module. */
  isBuiltin(expression: Node | undefined, module: string, name: string): boolean {
    if (!expression) return false
    const node = bare(expression)
    if (node.type === "Identifier") {
      const imported = this.imports.get(textOf(node, "name"))
      return imported?.name === name && imported.from.replace(/^node:/, "") === module
    }
    if (memberName(node) !== name) return false
    const object = bare(childOf(node, "object")!)
    const imported = object.type === "Identifier" ? this.imports.get(textOf(object, "name")) : undefined
    return (
      imported !== undefined &&
      imported.from.replace(/^node:/, "") === module &&
      (imported.name === "*" || imported.name === "default")
    )
  }

  #address(node: Node): string | undefined {
    const callee = bare(childOf(node, "callee")!)
    const [path, base] = childrenOf(node, "arguments")
    if (callee.type !== "Identifier" || callee.name !== "URL" || !this.isGlobal("URL")) return undefined
    if (!isModuleUrl(base)) return undefined
    const text = literalText(path)
    return text !== undefined && /^\.\.?\//.test(text) ? text : undefined
  }
}

/** Whether the expression is `import.meta.url`. */
export function isModuleUrl(expression: Node | undefined): boolean {
  if (!expression) return false
  const node = bare(expression)
  return memberName(node) === "url" && bare(childOf(node, "object")!).type === "MetaProperty"
}
