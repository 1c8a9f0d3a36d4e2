// What loading a module does, in order: packages loaded, effects run, and initialisers that read what effects may change.
import { FingerprintError } from "./fingerprint-error.ts"
import type { GraphNode, Leaf } from "./graph-node.ts"
import { termRoot, type Term } from "./handle-term.ts"
import { Handles, isConstructor } from "./handles.ts"
import { type Linker, placeOf, type Resolved } from "./linker.ts"
import type { Judgement, ModuleRequest, Unit } from "./module-summary.ts"
import type { SourceReader } from "./source-reader.ts"

export type KnownToken =
  | { readonly kind: "effect"; readonly file: string; readonly node: GraphNode }
  /** Counts only for code that reaches the node: where among the effects its value is made. */
  | { readonly kind: "read"; readonly node: GraphNode }
  | { readonly kind: "package"; readonly leaf: Leaf; readonly isInert: boolean; readonly isBare: boolean }

/** Something that loading does, or that it loads and that cannot be read. */
export type LoadToken = KnownToken | { readonly kind: "unknown"; readonly problem: FingerprintError }

/** Knows the load order of a project's modules. */
export class LoadOrder {
  readonly #linker: Linker
  readonly #reader: SourceReader
  readonly #handles: Handles
  readonly #own = new Map<string, ReadonlyArray<LoadToken>>()
  readonly #plain = new Map<string, boolean>()
  readonly #requests = new Map<string, ReadonlyArray<string | LoadToken>>()

  constructor(linker: Linker, reader: SourceReader) {
    this.#linker = linker
    this.#reader = reader
    this.#handles = new Handles(linker)
  }

  /** Appends what loading the file does, after everything it loads; files already loaded do nothing. What cannot be read is one of its tokens. */
  append(file: string, into: LoadToken[], loaded: Set<string>): void {
    if (loaded.has(file) || this.#linker.boundaries.has(file)) return
    loaded.add(file)
    for (const request of this.#requestsOf(file)) {
      if (typeof request === "string") this.append(request, into, loaded)
      else into.push(request)
    }
    into.push(...this.#tokensOf(file))
  }

  #read<A>(read: () => ReadonlyArray<A>): ReadonlyArray<A | LoadToken> {
    try {
      return read()
    } catch (problem) {
      if (problem instanceof FingerprintError) return [{ kind: "unknown", problem }]
      throw problem
    }
  }

  #requestsOf(file: string): ReadonlyArray<string | LoadToken> {
    let requests = this.#requests.get(file)
    if (!requests) {
      requests = this.#read(() =>
        this.#linker.module(file).loads.flatMap((load) => this.#read(() => this.#requested(file, load)))
      )
      this.#requests.set(file, requests)
    }
    return requests
  }

  /** What a module's import of another loads: a file, a package, or nothing that counts. */
  #requested(file: string, { from, at, isBare }: ModuleRequest): ReadonlyArray<string | LoadToken> {
    const target = this.#linker.locate(file, from, at)
    if (target.kind === "source") return /\.(json|wasm)$/.test(target.path) ? [] : [target.path]
    if (target.kind !== "package" || this.#isSluice(target.directory)) return []
    const facts = this.#reader.packageFacts(target.directory)
    const shown = `package ${target.name} ${target.subpath}`
    const described = { package: target.name, version: facts.version, digest: facts.digest }
    const leaf: Leaf = { kind: "leaf", text: `${shown} ${facts.digest}`, shown, package: described }
    return [{ kind: "package", leaf, isInert: facts.isInert, isBare }]
  }

  /** Whether the package is that of the authoring API, loading any part of which does nothing. */
  #isSluice(directory: string): boolean {
    return this.#linker.boundaries.has(placeOf({ kind: "package", name: "", subpath: ".", directory })!)
  }

  #tokensOf(file: string): ReadonlyArray<LoadToken> {
    let tokens = this.#own.get(file)
    if (!tokens) {
      tokens = this.#read(() =>
        this.#linker.module(file).units.flatMap((unit, index) => this.#unitTokens(file, unit, index))
      )
      this.#own.set(file, tokens)
    }
    return tokens
  }

  #unitTokens(file: string, unit: Unit, index: number): LoadToken[] {
    const node = (): GraphNode => this.#linker.unitNode(file, index)
    const judged = this.#judge(file, unit)
    if (!judged) return [{ kind: "effect", file, node: node() }]
    const tokens = judged.effects.map((shape): LoadToken => {
      const identity = { kind: "statement", file, symbol: unit.names.join(","), own: shape.own }
      return { kind: "effect", file, node: this.#linker.shapeNode(identity, shape) }
    })
    const reads = judged.reads || judged.direct.some((name) => this.#isMoving(file, name))
    if (reads) tokens.push({ kind: "read", node: node() })
    return tokens
  }

  /** What evaluating the unit does; undefined when the whole of it must count as an effect. */
  #judge(file: string, unit: Unit): Judgement | undefined {
    if (unit.effects === "whole") return undefined
    const { effects, needs, direct, reads, trusting } = unit
    const holds = (all: ReadonlyArray<string>): boolean => all.every((need) => this.#holds(file, need))
    const isHeld = holds(needs)
    if ((!isHeld || effects.length > 0) && trusting && holds(trusting.needs)) return trusting
    return isHeld ? { effects, needs, direct, reads } : undefined
  }

  #resolve(file: string, name: string): Resolved {
    return this.#linker.resolve(file, name)
  }

  #unitOf(target: Resolved): Unit | undefined {
    return target.kind === "unit" ? this.#linker.module(target.file).units[target.index] : undefined
  }

  /** Whether the name is one that a statement or `var` fills at its place in the order. */
  #isMoving(file: string, name: string): boolean {
    return this.#unitOf(this.#resolve(file, name))?.effects === "whole"
  }

  #holds(file: string, need: string): boolean {
    const colon = need.indexOf(":")
    const rest = need.slice(colon + 1)
    if (need.startsWith("term:")) {
      const term = JSON.parse(rest) as Term
      if (this.#handles.isQuiet(file, term)) return true
      const root = termRoot(term)
      return root !== undefined && this.#holds(file, `member:${root}`)
    }
    const target = this.#resolve(file, rest)
    switch (need.slice(0, colon)) {
      case "constructor":
        return target.kind === "leaf" && isConstructor(target)
      case "member":
        return target.kind === "leaf" || this.#isPlain(target)
      case "given":
        return this.#isPlain(target) || this.#handles.isMade(target)
      default:
        return this.#isPlain(target)
    }
  }

  /** Whether reading into the value or iterating it does nothing and gives data. */
  #isPlain(target: Resolved): boolean {
    if (target.kind === "leaf") return target.asset !== undefined || isConstructor(target)
    if (target.kind === "namespace") {
      return this.#linker.exportNames(target.file).names.every((name) => {
        const exported = this.#linker.resolveExport(target.file, name, 0x10001)
        return exported !== undefined && this.#isPlain(exported)
      })
    }
    const key = `${target.file}#${target.index}`
    const known = this.#plain.get(key)
    if (known !== undefined) return known
    this.#plain.set(key, true)
    const unit = this.#unitOf(target)!
    const plain =
      unit.plain &&
      unit.effects.length === 0 &&
      unit.direct.every((name) => this.#isPlain(this.#resolve(target.file, name))) &&
      unit.needs.every((need) =>
        need.startsWith("constructor:")
          ? this.#holds(target.file, need)
          : this.#isPlain(this.#resolve(target.file, need.slice(need.indexOf(":") + 1)))
      )
    this.#plain.set(key, plain)
    return plain
  }
}
