// Resolves names: from a reference in one module to the declaration, package, built-in or asset that it stands for.
import { dirname, extname, join, relative } from "node:path"
import { FingerprintError } from "./fingerprint-error.ts"
import { type Edge, GraphNode, type Leaf } from "./graph-node.ts"
import { builtinHazard, globalHazard, syntaxHazard } from "./hazard.ts"
import type { ModuleStore } from "./module-store.ts"
import type { ModuleSummary, Unit } from "./module-summary.ts"
import type { Shape } from "./shape.ts"
import type { Resolution, SourceReader } from "./source-reader.ts"
import { unpackPlace } from "./syntax.ts"

export type Resolved =
  | { readonly kind: "unit"; readonly file: string; readonly index: number; readonly slot: number }
  | { readonly kind: "namespace"; readonly file: string }
  | Leaf

const SOURCES = new Set([".ts", ".mts", ".js", ".mjs"])
const CODE = /\.[mc]?[jt]sx?$/

export interface LinkerOptions {
  readonly root: string
  readonly reader: SourceReader
  readonly store: ModuleStore
  /** The modules of the authoring API by their place, with what they are called. */
  readonly boundaries: ReadonlyMap<string, string>
}

/** The names of one project. */
export class Linker {
  readonly root: string
  readonly boundaries: ReadonlyMap<string, string>
  readonly #reader: SourceReader
  readonly #store: ModuleStore
  readonly #nodes = new Map<string, GraphNode>()
  readonly #shown = new Map<string, string>()
  readonly #located = new Map<string, Map<string, Resolution>>()
  readonly #byName = new Map<ModuleSummary, Map<string, { index: number; slot: number }>>()

  constructor(options: LinkerOptions) {
    this.root = options.root
    this.boundaries = options.boundaries
    this.#reader = options.reader
    this.#store = options.store
  }

  /** The summary of a source file; an error where there is none. */
  module(file: string): ModuleSummary {
    const summary = SOURCES.has(extname(file)) ? this.#store.summary(file) : undefined
    if (!summary) this.fail(file, packedStart, `"${this.shown(file)}" cannot be read as an ES module`, ASK_MODULE)
    if (summary.problem)
      this.fail(file, summary.problem.at, `the file does not parse: ${summary.problem.message}`, "fix it")
    return summary
  }

  /** The path of a file as records show it. */
  shown(file: string): string {
    let shown = this.#shown.get(file)
    if (shown === undefined) {
      shown = relative(this.root, file).replaceAll("\\", "/")
      this.#shown.set(file, shown)
    }
    return shown
  }

  /** Throws what cannot be followed, with its place. */
  fail(file: string, at: number, message: string, hint: string): never {
    throw new FingerprintError("SLUICE_CANNOT_FOLLOW", { file: this.shown(file), ...unpackPlace(at) }, message, hint)
  }

  /** What a specifier stands for; an error where nothing is found. */
  locate(from: string, specifier: string, at: number): Exclude<Resolution, { kind: "missing" }> {
    const located = this.#located.get(from) ?? new Map<string, Resolution>()
    this.#located.set(from, located)
    const resolution = located.get(specifier) ?? this.#reader.resolve(from, specifier)
    located.set(specifier, resolution)
    if (resolution.kind === "missing") this.fail(from, at, resolution.reason, "fix the import, or install the package")
    return resolution
  }

  /** The node of a top-level declaration or statement. */
  unitNode(file: string, index: number): GraphNode {
    const key = `${file}#${index}`
    let node = this.#nodes.get(key)
    if (!node) {
      const unit = this.module(file).units[index]!
      const symbol = unit.names.join(",")
      const identity = { kind: unit.kind, file, symbol, own: unit.shape.own }
      node = this.shapeNode(identity, unit.shape, unit.reassigned ? [reassignment(unit.reassigned)] : [])
      this.#nodes.set(key, node)
    }
    return node
  }

  /** A node for any shape of a file. */
  shapeNode(
    identity: { kind: string; file: string; symbol: string; own: string },
    shape: Shape,
    hazards: ConstructorParameters<typeof GraphNode>[2] = []
  ): GraphNode {
    const node: GraphNode = new GraphNode(
      identity,
      () => shape.refs.map((ref, index) => this.#edge(identity.file, ref, shape.at[index]!, node)),
      hazards
    )
    return node
  }

  #edge(file: string, ref: string, at: number, node: GraphNode): Edge {
    if (ref.startsWith("!")) {
      return { label: "!", at, target: { kind: "leaf", text: ref, shown: ref, hazard: syntaxHazard(ref) } }
    }
    if (ref.startsWith("=")) return { label: "=", at, target: { kind: "leaf", text: ref, shown: ref } }
    if (ref.startsWith("asset:")) {
      const path = join(dirname(file), ref.slice("asset:".length))
      if (CODE.test(path)) this.fail(file, at, `"${ref.slice(6)}" is code that is loaded by its address`, "import it")
      return { label: "", at, target: this.#asset(file, path, at) }
    }
    if (ref.startsWith("import:")) {
      const target = this.#resolveModule(file, ref.slice("import:".length), "*", undefined, at)
      if (target.kind === "namespace") node.lazy.push(target.file)
      return this.#edgeTo(target, undefined, at)
    }
    const dot = ref.indexOf(".")
    const name = dot < 0 ? ref : ref.slice(0, dot)
    const member = dot < 0 ? undefined : ref.slice(dot + 1)
    return this.#edgeTo(this.resolve(file, name, member), member, at)
  }

  #edgeTo(target: Resolved, member: string | undefined, at: number): Edge {
    if (target.kind === "leaf") return { label: "", target, at }
    if (target.kind === "unit")
      return { label: `u${target.slot}`, target: this.unitNode(target.file, target.index), at }
    if (member !== undefined) {
      const found = this.resolveExport(target.file, member, at)
      if (found) return this.#edgeTo(found, undefined, at)
      return { label: "", at, target: { kind: "leaf", text: `absent ${member}`, shown: `absent ${member}` } }
    }
    return { label: "n", target: this.#namespaceNode(target.file), at }
  }

  /** What a name at the top of a module stands for. */
  resolve(file: string, name: string, member?: string): Resolved {
    const summary = this.module(file)
    const unit = this.#unitsByName(summary).get(name)
    if (unit) return { kind: "unit", file, ...unit }
    const imported = Object.hasOwn(summary.imports, name) ? summary.imports[name] : undefined
    if (imported) return this.#resolveModule(file, imported.from, imported.name, member, imported.at)
    const hazard = globalHazard(name, member)
    const text = `global ${member === undefined ? name : `${name}.${member}`}`
    return { kind: "leaf", text, shown: text, ...(hazard ? { hazard } : {}) }
  }

  #unitsByName(summary: ModuleSummary): Map<string, { index: number; slot: number }> {
    let map = this.#byName.get(summary)
    if (!map) {
      map = new Map()
      for (const [index, unit] of summary.units.entries()) {
        for (const [slot, name] of unit.names.entries()) map.set(name, { index, slot })
      }
      this.#byName.set(summary, map)
    }
    return map
  }

  #resolveModule(file: string, from: string, name: string, member: string | undefined, at: number): Resolved {
    const found = this.locate(file, from, at)
    if (found.kind === "builtin") {
      const used = member !== undefined && (name === "*" || name === "default") ? member : name
      const hazard = builtinHazard(found.name, used)
      const text = `builtin ${found.name} ${used}`
      return { kind: "leaf", text, shown: text, ...(hazard ? { hazard } : {}) }
    }
    if (found.kind === "package") {
      const boundary = this.boundaries.get(placeOf(found)!)
      if (boundary !== undefined) return boundaryLeaf(boundary, name === "*" ? (member ?? "*") : name)
      const facts = this.#reader.packageFacts(found.directory)
      const shown = `package ${found.name} ${found.subpath} ${name === "*" && member !== undefined ? member : name}`
      const described = { package: found.name, version: facts.version, digest: facts.digest }
      return { kind: "leaf", text: `${shown} ${facts.digest}`, shown, package: described }
    }
    if (name === "*" && !this.#isOpaque(found.path)) return { kind: "namespace", file: found.path }
    const exported = name === "*" ? (member ?? "*") : name
    const target = this.resolveExport(found.path, exported, at)
    if (!target) this.fail(file, at, `"${from}" has no export "${exported}"`, "fix the import")
    return target
  }

  #isOpaque(file: string): boolean {
    return this.boundaries.has(file) || !SOURCES.has(extname(file))
  }

  /** What an export of a source file stands for, through re-exports; undefined when there is none. */
  resolveExport(file: string, name: string, at: number, seen: Set<string> = new Set()): Resolved | undefined {
    const boundary = this.boundaries.get(file)
    if (boundary !== undefined) return boundaryLeaf(boundary, name)
    const extension = extname(file)
    if (extension === ".json" || extension === ".wasm") return this.#asset(file, file, at)
    const key = `${file}\0${name}`
    if (seen.has(key)) return undefined
    seen.add(key)
    const summary = this.module(file)
    const own = Object.hasOwn(summary.exports, name) ? summary.exports[name] : undefined
    if (own) {
      return "local" in own
        ? this.resolve(file, own.local)
        : this.#resolveModule(file, own.from, own.name, undefined, own.at)
    }
    return name === "default" ? undefined : this.#resolveStar(file, summary, name, seen)
  }

  #resolveStar(file: string, summary: ModuleSummary, name: string, seen: Set<string>): Resolved | undefined {
    const outside: Leaf[] = []
    let inside: Resolved | undefined
    for (const star of summary.stars) {
      const found = this.locate(file, star.from, star.at)
      if (found.kind === "source") {
        const target = this.resolveExport(found.path, name, star.at, seen)
        if (target && inside && JSON.stringify(target) !== JSON.stringify(inside)) return undefined
        inside ??= target
      } else outside.push(this.#resolveModule(file, star.from, name, undefined, star.at) as Leaf)
    }
    if (inside || outside.length < 2) return inside ?? outside[0]
    this.fail(
      file,
      summary.stars[0]!.at,
      `"${name}" may come from several packages re-exported whole`,
      "name the exports"
    )
  }

  #asset(file: string, path: string, at: number): Leaf {
    const content = this.#store.asset(path)
    if (content === undefined) this.fail(file, at, `the file "${this.shown(path)}" does not exist`, "fix the path")
    const asset = this.shown(path)
    return { kind: "leaf", text: `asset ${content}`, shown: `asset ${asset}`, asset: { asset, digest: content } }
  }

  /** The names that a module exports, in order of name, and the packages that it re-exports whole. */
  exportNames(file: string, seen: Set<string> = new Set()): { names: string[]; whole: Leaf[] } {
    const names = new Set<string>()
    const whole: Leaf[] = []
    if (seen.has(file) || this.#isOpaque(file)) {
      if (this.boundaries.has(file)) whole.push(this.resolveExport(file, "*", packedStart) as Leaf)
      return { names: [], whole }
    }
    seen.add(file)
    const summary = this.module(file)
    for (const name of Object.keys(summary.exports)) names.add(name)
    for (const star of summary.stars) {
      const found = this.locate(file, star.from, star.at)
      if (found.kind !== "source") {
        whole.push(this.#resolveModule(file, star.from, "*", undefined, star.at) as Leaf)
        continue
      }
      const below = this.exportNames(found.path, seen)
      for (const name of below.names) if (name !== "default") names.add(name)
      whole.push(...below.whole)
    }
    return { names: [...names].sort(), whole }
  }

  #namespaceNode(file: string): GraphNode {
    const key = `${file}*`
    let node = this.#nodes.get(key)
    if (!node) {
      const { names, whole } = this.exportNames(file)
      const identity = { kind: "namespace", file, symbol: "*", own: JSON.stringify(names) }
      node = new GraphNode(identity, () => [
        ...names.map((name) =>
          this.#edgeTo(this.resolveExport(file, name, packedStart) ?? ABSENT, undefined, packedStart)
        ),
        ...whole.map((target): Edge => ({ label: "whole", target, at: packedStart }))
      ])
      this.#nodes.set(key, node)
    }
    return node
  }
}

/** What a module is known by among boundaries: a file, or a package's directory with the subpath. */
export function placeOf(found: Resolution): string | undefined {
  if (found.kind === "source") return found.path
  return found.kind === "package" ? `${found.directory} ${found.subpath}` : undefined
}

function boundaryLeaf(boundary: string, name: string): Leaf {
  const text = `boundary ${boundary} ${name}`
  return { kind: "leaf", text, shown: text }
}

const packedStart = 0x10001
const ABSENT: Leaf = { kind: "leaf", text: "absent", shown: "absent" }
const ASK_MODULE = "import a .ts, .mts, .js, .mjs, .json or .wasm file"

function reassignment({ name, at }: NonNullable<Unit["reassigned"]>) {
  const message = `"${name}" is assigned again after its declaration, so its value depends on what ran before`
  const hint = "make it a const, or keep the value inside the function"
  return { at, hazard: { code: "SLUICE_CANNOT_FOLLOW" as const, message, hint } }
}
