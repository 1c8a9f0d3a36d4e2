// Builds the record of one piece of code: what it reaches, what loading its module does, and one hash over both.
import { digestList } from "./digest.ts"
import { FingerprintError } from "./fingerprint-error.ts"
import type { FingerprintRecord, SymbolRecord } from "./fingerprint-record.ts"
import { type GraphNode, isLeaf, type Leaf } from "./graph-node.ts"
import type { Linker } from "./linker.ts"
import type { KnownToken, LoadOrder, LoadToken } from "./load-order.ts"
import { Merkle } from "./merkle.ts"
import type { Surroundings } from "./surroundings.ts"
import { unpackPlace } from "./syntax.ts"

export interface RecordRequest {
  readonly root: GraphNode
  /** The declaration whose evaluation gives the root its value; undefined for a function written in place. */
  readonly madeAt: GraphNode | undefined
  /** Whether the code itself may read the clock and the disk. */
  readonly mayBeImpure: boolean
  /** Whether everything that loads with it may. */
  readonly mayLoadImpure: boolean
}

/** Builds records over one linker. */
export class RecordBuilder {
  readonly #linker: Linker
  readonly #order: LoadOrder
  readonly #surroundings: Surroundings | undefined
  readonly #merkle = new Merkle()
  readonly #known = new Map<GraphNode, SymbolRecord>()

  constructor(linker: Linker, order: LoadOrder, surroundings?: Surroundings) {
    this.#linker = linker
    this.#order = order
    this.#surroundings = surroundings
  }

  /** The record of a piece of code. */
  build(request: RecordRequest): FingerprintRecord {
    const reached = new Set<GraphNode>()
    const byEffects = new Set<GraphNode>()
    const tokens: KnownToken[] = []
    const loaded = new Set<string>()
    const load = (file: string): void => {
      const added: LoadToken[] = []
      this.#order.append(file, added, loaded)
      for (const token of added) {
        if (token.kind === "unknown") throw token.problem
        if (token.kind === "effect") collect(token.node, byEffects)
        tokens.push(token)
      }
    }
    collect(request.root, reached)
    load(request.root.file)
    for (const node of reached) for (const file of node.lazy) load(file)
    for (const node of byEffects) for (const file of node.lazy) load(file)
    this.#check(reached, request.mayBeImpure)
    for (const node of byEffects) reached.add(node)
    const around = this.#surroundings?.around(tokens, loaded, reached, request.madeAt)
    for (const effect of around?.filling ?? []) collect(effect, byEffects)
    this.#check(byEffects, request.mayLoadImpure)
    const noticed = around?.tokens ?? tokens
    for (const token of noticed) if (token.kind === "effect") collect(token.node, reached)
    return this.#record(request, reached, noticed)
  }

  /** Adds to the record of code that is not read what may change how any code runs. */
  everywhere(record: FingerprintRecord): FingerprintRecord {
    const tokens = this.#surroundings?.everywhere() ?? []
    if (tokens.length === 0) return record
    const reached = new Set<GraphNode>()
    for (const token of tokens) if (token.kind === "effect") collect(token.node, reached)
    const around = this.#record({ root: record.hash, madeAt: undefined }, reached, tokens)
    return { ...around, packages: [...record.packages, ...around.packages] }
  }

  #record(
    { root, madeAt }: { readonly root: GraphNode | string; readonly madeAt: GraphNode | undefined },
    reached: ReadonlySet<GraphNode>,
    tokens: ReadonlyArray<KnownToken>
  ): FingerprintRecord {
    const ordered: string[] = []
    const inert = new Set<string>()
    const wired: GraphNode[] = typeof root === "string" ? [] : [root]
    const effectsByFile = new Map<string, string[]>()
    const symbols = this.#symbols(reached)
    const named = new Set(symbols.map(placed))
    const leaves: Leaf[] = []
    for (const token of tokens) {
      if (token.kind === "package") {
        leaves.push(token.leaf)
        if (token.isInert) inert.add(token.leaf.text)
        else ordered.push("package", token.leaf.text)
        continue
      }
      if (token.kind === "effect") {
        ordered.push("effect", this.#merkle.hash(token.node))
        const list = effectsByFile.get(token.file) ?? []
        const { file, symbol, shown } = token.node
        const place = placed({ file: this.#linker.shown(file), symbol })
        list.push(named.has(place) ? place : shown)
        effectsByFile.set(token.file, list)
      } else if (token.node === madeAt) ordered.push("made here", "")
      else if (reached.has(token.node)) ordered.push("read", this.#merkle.hash(token.node))
      else continue
      if (token.node !== madeAt) wired.push(token.node)
    }
    for (const node of reached) for (const { target } of node.edges) if (isLeaf(target)) leaves.push(target)
    const parts = [
      typeof root === "string" ? root : this.#merkle.hash(root),
      ...ordered,
      "inert",
      ...[...inert].sort(),
      this.#wiring(reached, wired)
    ]
    const effects = [...effectsByFile].map(([file, list]) => ({
      file: this.#linker.shown(file),
      hash: digestList(list)
    }))
    return { hash: digestList(parts), symbols, ...outside(leaves), effects }
  }

  /**
   * Two declarations with the same hash are two objects all the same: which is meant where then counts too. Where all
   * hashes differ they name the declarations, and nothing is to be added.
   */
  #wiring(reached: ReadonlySet<GraphNode>, roots: ReadonlyArray<GraphNode>): string {
    const hashes = new Set<string>()
    for (const node of reached) hashes.add(this.#merkle.hash(node))
    if (hashes.size === reached.size) return ""
    const numbers = new Map<GraphNode, number>()
    const order = new Set<GraphNode>()
    for (const root of roots) collect(root, order)
    for (const node of order) numbers.set(node, numbers.size)
    const rows = [roots.map((root) => numbers.get(root)).join(" ")]
    for (const node of order) {
      rows.push(node.edges.map(({ target }) => (isLeaf(target) ? "" : numbers.get(target))).join(" "))
    }
    return digestList(rows)
  }

  #check(nodes: ReadonlySet<GraphNode>, mayBeImpure: boolean): void {
    for (const node of nodes) {
      for (const { hazard, at } of node.hazards) {
        if (mayBeImpure && hazard.code === "SLUICE_IMPURE") continue
        const place = { file: this.#linker.shown(node.file), ...unpackPlace(at) }
        throw new FingerprintError(hazard.code, place, hazard.message, hazard.hint)
      }
    }
  }

  #symbol(node: GraphNode): SymbolRecord {
    let symbol = this.#known.get(node)
    if (!symbol) {
      symbol = { symbol: node.symbol, file: this.#linker.shown(node.file), hash: node.shown, kind: node.kind }
      this.#known.set(node, symbol)
    }
    return symbol
  }

  #symbols(reached: ReadonlySet<GraphNode>): SymbolRecord[] {
    const symbols: SymbolRecord[] = []
    for (const node of reached) {
      if (node.kind === "namespace" || node.kind === "statement" || node.kind === "data") continue
      symbols.push(this.#symbol(node))
    }
    return symbols.sort((a, b) => compare(a.file, b.file) || compare(a.symbol, b.symbol))
  }
}

/** What tells one symbol of a record from the others. */
function placed({ file, symbol }: { readonly file: string; readonly symbol: string }): string {
  return `${file}\0${symbol}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function collect(node: GraphNode, into: Set<GraphNode>): void {
  if (into.has(node)) return
  into.add(node)
  for (const { target } of node.edges) if (!isLeaf(target)) collect(target, into)
}

function outside(leaves: ReadonlyArray<Leaf>): Pick<FingerprintRecord, "packages" | "assets"> {
  const packages = new Map<string, NonNullable<Leaf["package"]>>()
  const assets = new Map<string, NonNullable<Leaf["asset"]>>()
  for (const leaf of leaves) {
    if (leaf.package) packages.set(`${leaf.package.package} ${leaf.package.digest}`, leaf.package)
    if (leaf.asset) assets.set(leaf.asset.asset, leaf.asset)
  }
  const byKey = <A>(map: Map<string, A>): A[] => [...map].sort(([a], [b]) => compare(a, b)).map(([, value]) => value)
  return { packages: byKey(packages), assets: byKey(assets) }
}
