// Which calls only build a pipeline: those of the authoring API, of stages, and of what they give; judged across modules.
import { isCurriedName } from "./constructor-chain.ts"
import type { Leaf } from "./graph-node.ts"
import { type Given, type Term, termRoot } from "./handle-term.ts"
import type { Linker, Resolved } from "./linker.ts"

/**
 * What a term stands for: something of the authoring API, so and so many members deep; what a call of it or of a stage
 * gave (a stage, a handle, a handle's operator, parts of a split); a constructor of schemas; or a module's namespace.
 */
type Kind =
  | { readonly is: "api"; readonly depth: number }
  | { readonly is: "made" }
  | { readonly is: "schema" }
  | { readonly is: "namespace"; readonly file: string }

const MADE: Kind = { is: "made" }
const SCHEMA: Kind = { is: "schema" }
const PARTS = new Set(["train", "test"])
const DEEPEST = 2
const START = 0x10001

/** Knows the pipelines' values of one project. */
export class Handles {
  readonly #linker: Linker
  readonly #bound = new Map<string, Kind | undefined>()

  constructor(linker: Linker) {
    this.#linker = linker
  }

  /** Whether evaluating the term, its arguments apart, has no effect. */
  isQuiet(file: string, term: Term): boolean {
    return this.#kind(file, term) !== undefined
  }

  /** Whether the name is bound for good to a stage, a handle or what else calls of stages give. */
  isMade(target: Resolved): boolean {
    return this.#ofTarget(target)?.is === "made"
  }

  #kind(file: string, term: Term): Kind | undefined {
    if (typeof term === "string") return this.#ofTarget(this.#linker.resolve(file, term))
    return "of" in term ? this.#ofMember(file, term.of, term.member) : this.#ofCall(file, term.call, term.given)
  }

  #ofTarget(target: Resolved): Kind | undefined {
    if (target.kind === "leaf") return ofLeaf(target)
    if (target.kind === "namespace") return { is: "namespace", file: target.file }
    const key = `${target.file}#${target.index}#${target.slot}`
    if (this.#bound.has(key)) return this.#bound.get(key)
    this.#bound.set(key, undefined)
    const unit = this.#linker.module(target.file).units[target.index]!
    const term = unit.reassigned ? undefined : unit.terms?.[target.slot]
    const kind = term === undefined ? undefined : this.#kind(target.file, term)
    const known = kind?.is === "schema" ? undefined : kind
    this.#bound.set(key, known)
    return known
  }

  #ofMember(file: string, of: Term, member: string): Kind | undefined {
    const kind = this.#kind(file, of)
    switch (kind?.is) {
      case "namespace": {
        const target = this.#linker.resolveExport(kind.file, member, START)
        return target && this.#ofTarget(target)
      }
      case "api":
        if (kind.depth === DEEPEST || member in Function.prototype) return undefined
        return { is: "api", depth: kind.depth + 1 }
      case "made":
        return PARTS.has(member) ? MADE : undefined
      default:
        return kind
    }
  }

  #ofCall(file: string, callee: Term, given: ReadonlyArray<Given>): Kind | undefined {
    if (typeof callee !== "string" && "of" in callee && callee.member === "pipe") {
      const object = this.#kind(file, callee.of)
      if (object?.is === "made") return given.every((item) => this.#isOperator(file, item)) ? MADE : undefined
    }
    const kind = this.#kind(file, callee)
    if (kind?.is === "schema") return this.#isSchemaCall(file, callee, given) ? SCHEMA : undefined
    return kind?.is === "made" || kind?.is === "api" ? MADE : undefined
  }

  #isOperator(file: string, item: Given): boolean {
    if (typeof item === "boolean") return false
    const kind = this.#kind(file, item)
    return kind?.is === "made" || kind?.is === "api"
  }

  /** A chained call hands its arguments to a value made before, so they must be data or constructors themselves. */
  #isSchemaCall(file: string, callee: Term, given: ReadonlyArray<Given>): boolean {
    if (typeof callee === "string") return true
    if ("call" in callee) {
      if (typeof callee.call === "string" || "call" in callee.call || !isCurriedName(callee.call.member)) return false
    } else if (callee.member !== "pipe" && termRoot(callee) !== undefined) return true
    return given.every((item) => {
      if (typeof item === "boolean") return item
      return typeof item !== "string" && this.#kind(file, item)?.is === "schema"
    })
  }
}

function ofLeaf(leaf: Leaf): Kind | undefined {
  if (leaf.text.startsWith("boundary ") || leaf.shown.startsWith("package sluice ./stages "))
    return { is: "api", depth: leaf.shown.endsWith(" *") ? 0 : 1 }
  return isConstructor(leaf) ? SCHEMA : undefined
}

/** Whether the leaf is the authoring API or one of the constructors of effect that make values and do nothing else. */
export function isConstructor(leaf: Leaf): boolean {
  return (
    leaf.text.startsWith("boundary ") ||
    /^package effect (\. (Schema|Data|Context)$|\.\/(Schema|Data|Context) )/.test(leaf.shown)
  )
}
