// A second judgement of an initialiser, which trusts calls of stages and members of handles; whether it may is seen once names are resolved.
import { memberKeys, type Term, termOf } from "./handle-term.ts"
import { Load, LoadReader } from "./load.ts"
import type { ModuleNames } from "./module-names.ts"
import { bare, childOf, childrenOf, memberName, type Node } from "./syntax.ts"

/** Judges initialisers that build pipelines. Adds the needs `term:json` and `given:name`. */
export class TrustingLoadReader extends LoadReader {
  readonly #terms: ModuleNames

  constructor(names: ModuleNames) {
    super(names)
    this.#terms = names
  }

  override readPattern(pattern: Node, init: Node | undefined, load: Load): Load {
    const keys = init && memberKeys(pattern)
    const term = init && keys && termOf(init, this.#terms)
    if (!term) return super.readPattern(pattern, init, load)
    if (bare(init).type !== "Identifier") this.read(init, load)
    if (bare(init).type !== "CallExpression") for (const member of keys) need({ of: term, member }, load)
    load.reads = true
    load.plain = false
    return load
  }

  protected override call(node: Node, load: Load): void {
    const term = termOf(node, this.#terms)
    if (term === undefined || this.#terms.assetReadOf(node) !== undefined) {
      super.call(node, load)
      return
    }
    need(term, load)
    load.plain = false
    this.#arguments(node, load)
  }

  protected override member(node: Node, load: Load): void {
    const term = memberName(node) === undefined ? undefined : termOf(node, this.#terms)
    if (term === undefined) {
      super.member(node, load)
      return
    }
    need(term, load)
    this.#arguments(node, load)
  }

  /** A named class expression may hide a name of the module from its static fields. */
  protected override class(node: Node, load: Load): void {
    if (node.type === "ClassExpression" && childOf(node, "id")) this.effect(node, load)
    else super.class(node, load)
  }

  /** The arguments of all calls along a chain of members and calls, the innermost first. */
  #arguments(expression: Node, load: Load): void {
    const node = bare(expression)
    if (node.type === "MemberExpression") this.#arguments(childOf(node, "object")!, load)
    if (node.type !== "CallExpression") return
    this.#arguments(childOf(node, "callee")!, load)
    for (const argument of childrenOf(node, "arguments")) this.#given(argument, load)
  }

  /** The properties of an argument are read at the call, what they hold is not. */
  #given(argument: Node, load: Load): void {
    const node = bare(argument)
    if (node.type === "SpreadElement") this.element(node, load)
    else if (node.type === "ObjectExpression" && childrenOf(node, "properties").some(isAccessor)) {
      this.effect(node, load)
    } else if (node.type === "ObjectExpression" || node.type === "ArrayExpression") this.read(node, load)
    else {
      const inner = this.read(node, new Load())
      load.effects.push(...inner.effects)
      for (const condition of inner.needs) load.needs.add(condition)
      for (const name of inner.direct) {
        load.needs.add(`given:${name}`)
        load.direct.add(name)
      }
      const isTerm = termOf(node, this.#terms) !== undefined
      if (!inner.plain && inner.effects.length === 0 && !isTerm) this.effect(node, load)
    }
  }
}

function need(term: Term, load: Load): void {
  load.needs.add(`term:${JSON.stringify(term)}`)
  load.reads = true
}

function isAccessor(property: Node): boolean {
  return property.type === "Property" && property.kind !== "init"
}
