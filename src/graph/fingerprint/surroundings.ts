// What loading a pipeline does outside the modules that a stage's own module loads, where the stage could notice it.
import { type GraphNode, isLeaf } from "./graph-node.ts"
import { isBuiltIn } from "./global-call.ts"
import type { Linker } from "./linker.ts"
import { FingerprintError } from "./fingerprint-error.ts"
import type { KnownToken, LoadOrder, LoadToken } from "./load-order.ts"

const STATELESS: ReadonlySet<string> = new Set(["function", "namespace", "data", "value"])

/** What code reaches that other code may change. */
interface Reach {
  readonly nodes: ReadonlySet<GraphNode>
  readonly packages: ReadonlySet<string>
  /** Globals that are not built in. */
  readonly globals: ReadonlySet<string>
  /** Whether it may change what is built in. */
  readonly changesBuiltIns: boolean
}

/** What happens before code runs. */
interface Around {
  readonly tokens: ReadonlyArray<KnownToken>
  /** Effects of other modules that set globals which the code reads: it is as impure as they are. */
  readonly filling: ReadonlyArray<GraphNode>
}

/** The load order of one pipeline. */
export class Surroundings {
  readonly #tokens: ReadonlyArray<KnownToken>
  /** Whether loading the pipeline does anything at all. */
  readonly #acts: boolean
  readonly #reaches = new Map<KnownToken, Reach>()

  /** @param entry the pipeline's file */
  constructor(linker: Linker, order: LoadOrder, entry: string) {
    const loaded: LoadToken[] = []
    order.append(entry, loaded, new Set())
    // Who needs what cannot be read is told so; to the others it does nothing.
    const tokens = loaded.filter((token) => token.kind !== "unknown")
    this.#tokens = tokens.filter((token) => token.kind !== "package" || patches(token))
    this.#acts = tokens.some((token) => token.kind === "effect" || (token.kind === "package" && patches(token)))
    for (const token of tokens) {
      if (token.kind === "effect") this.#reaches.set(token, reachOf(loadedBy(token.node, linker)))
    }
  }

  /**
   * What happens, in order, before code runs: what the modules that it loads on its own do, and what others do to what
   * it reaches, as the pipeline loads them. The given order where the pipeline has nothing to add.
   */
  around(
    own: ReadonlyArray<KnownToken>,
    files: ReadonlySet<string>,
    reached: ReadonlySet<GraphNode>,
    madeAt: GraphNode | undefined
  ): Around {
    if (!this.#acts) return { tokens: own, filling: [] }
    const known = new Set(own.map(identity))
    const code = reachOf(reached)
    const filling: GraphNode[] = []
    const noticed = this.#tokens.filter((token) => {
      if (token.kind === "read") return reached.has(token.node) || token.node === madeAt
      if (token.kind === "package" || known.has(identity(token))) return true
      if (files.has(token.file)) return false
      const reach = this.#reaches.get(token)!
      const fills = !reach.globals.isDisjointFrom(code.globals)
      if (fills) filling.push(token.node)
      return fills || reach.changesBuiltIns || !reach.packages.isDisjointFrom(code.packages) || shareState(reach, code)
    })
    const places = new Set(noticed.map(identity))
    const before = own.filter((token) => places.has(identity(token)))
    const isSame =
      before.length === noticed.length && before.every((token, at) => identity(token) === identity(noticed[at]!))
    return { tokens: isSame ? own : [...noticed, ...own.filter((token) => !places.has(identity(token)))], filling }
  }

  /** What may change how any code runs. */
  everywhere(): ReadonlyArray<KnownToken> {
    return this.#tokens.filter((token) => token.kind === "package" || this.#reaches.get(token)?.changesBuiltIns)
  }
}

/** Whether the package is loaded for what loading it does, and may do something. */
const patches = (token: Extract<KnownToken, { kind: "package" }>): boolean => token.isBare && !token.isInert

const identity = (token: KnownToken): GraphNode | string => (token.kind === "package" ? token.leaf.text : token.node)

/** What an effect reaches; constants that hold stages are left out, for to name a stage runs none of its functions. */
function loadedBy(effect: GraphNode, linker: Linker): ReadonlySet<GraphNode> {
  const holdsStage = ({ file, symbol }: GraphNode): boolean => {
    const { definitions, units } = linker.module(file)
    return definitions.some(({ unit }) => units[unit]!.names.join(",") === symbol)
  }
  const reached = new Set([effect])
  for (const node of reached) {
    for (const { target } of edgesOf(node)) if (!isLeaf(target) && !holdsStage(target)) reached.add(target)
  }
  return reached
}

/** Where something that the code names cannot be followed, nothing: whoever runs the code is told. */
function edgesOf(node: GraphNode): GraphNode["edges"] {
  try {
    return node.edges
  } catch (problem) {
    if (problem instanceof FingerprintError) return []
    throw problem
  }
}

function reachOf(nodes: ReadonlySet<GraphNode>): Reach {
  const packages = new Set<string>()
  const globals = new Set<string>()
  let changesBuiltIns = false
  for (const node of nodes) {
    for (const { target } of edgesOf(node)) {
      if (!isLeaf(target)) continue
      if (target.package) packages.add(target.package.package)
      if (target.text.startsWith("=")) changesBuiltIns = true
      const name = /^global (?:global(?:This)?\.)?([^.]+)/.exec(target.text)?.[1]
      if (name !== undefined && !isBuiltIn(name)) globals.add(name)
    }
  }
  return { nodes, packages, globals, changesBuiltIns }
}

/** Whether both reach a declaration that holds a value. */
function shareState(effect: Reach, code: Reach): boolean {
  for (const node of effect.nodes) if (!STATELESS.has(node.kind) && code.nodes.has(node)) return true
  return false
}
