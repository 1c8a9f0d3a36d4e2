// The graph that fingerprints are hashes of: pieces of code, what their names refer to, and the leaves outside.
import { digestList } from "./digest.ts"
import type { Hazard } from "./hazard.ts"

/** Something outside the project's source, or a file that counts by its bytes. */
export interface Leaf {
  readonly kind: "leaf"
  /** What is hashed. */
  readonly text: string
  /** What it is called, without digests. */
  readonly shown: string
  readonly package?: { readonly package: string; readonly version: string; readonly digest: string }
  readonly asset?: { readonly asset: string; readonly digest: string }
  readonly hazard?: Hazard
}

export interface Edge {
  /** Which part of the target is meant. */
  readonly label: string
  readonly target: GraphNode | Leaf
  /** Where it is referred to, as packed place. */
  readonly at: number
}

export interface NodeHazard {
  readonly hazard: Hazard
  readonly at: number
}

/** One piece of code: a declaration, a statement, a part of a definition, or a module's namespace. */
export class GraphNode {
  readonly kind: string
  readonly file: string
  readonly symbol: string
  readonly own: string
  /** Modules that this code loads when it runs. */
  readonly lazy: string[] = []
  #edges: ReadonlyArray<Edge> | (() => ReadonlyArray<Edge>)
  #hazards: NodeHazard[] | undefined
  readonly #extra: ReadonlyArray<NodeHazard>
  #shown: string | undefined

  constructor(
    identity: { kind: string; file: string; symbol: string; own: string },
    edges: () => ReadonlyArray<Edge>,
    hazards: ReadonlyArray<NodeHazard> = []
  ) {
    this.kind = identity.kind
    this.file = identity.file
    this.symbol = identity.symbol
    this.own = identity.own
    this.#edges = edges
    this.#extra = hazards
  }

  /** What the names in it refer to, in order. */
  get edges(): ReadonlyArray<Edge> {
    if (typeof this.#edges === "function") this.#edges = this.#edges()
    return this.#edges
  }

  /** What in its own syntax has no fingerprint. */
  get hazards(): ReadonlyArray<NodeHazard> {
    if (!this.#hazards) {
      this.#hazards = [...this.#extra]
      for (const { target, at } of this.edges) {
        if (target.kind === "leaf" && (target as Leaf).hazard)
          this.#hazards.push({ hazard: (target as Leaf).hazard!, at })
      }
    }
    return this.#hazards
  }

  /** Hash of its own syntax and of what its names are called, not of what they hold. */
  get shown(): string {
    this.#shown ??= digestList([
      this.own,
      ...this.edges.map(({ label, target }) => `${label} ${isLeaf(target) ? target.shown : target.symbol}`)
    ])
    return this.#shown
  }
}

/** Whether an edge's target is a leaf. */
export function isLeaf(target: GraphNode | Leaf): target is Leaf {
  return target.kind === "leaf"
}
