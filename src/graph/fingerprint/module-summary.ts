// What a source file says, resolved against nothing: units with their shapes, imports, exports, call sites. Plain JSON.
import type { Term } from "./handle-term.ts"
import type { Shape } from "./shape.ts"

export type UnitKind = "function" | "class" | "constant" | "variable" | "statement"

/** What evaluating an initialiser does, if all that it needs holds. */
export interface Judgement {
  /** Sub-expressions that act, in order. */
  readonly effects: ReadonlyArray<Shape>
  readonly needs: ReadonlyArray<string>
  readonly direct: ReadonlyArray<string>
  readonly reads: boolean
}

/** One top-level declaration or statement. */
export interface Unit {
  readonly kind: UnitKind
  readonly names: ReadonlyArray<string>
  readonly shape: Shape
  /** Sub-expressions that act when the module loads; `whole` when the unit itself does. */
  readonly effects: ReadonlyArray<Shape> | "whole"
  readonly needs: ReadonlyArray<string>
  readonly direct: ReadonlyArray<string>
  readonly reads: boolean
  readonly plain: boolean
  /** The same where calls of stages and members of handles are trusted; needs more. */
  readonly trusting?: Judgement
  /** What each of the names is bound to for good, where that is a name, a member or a call. */
  readonly terms?: ReadonlyArray<Term>
  /** Whether the value is certainly a function. */
  readonly callable: boolean
  /** The name whose value this is, when it is nothing but another name. */
  readonly alias?: string
  /** Where a name of this unit is assigned again, as name and packed place. */
  readonly reassigned?: { readonly name: string; readonly at: number }
}

export interface ImportBinding {
  readonly from: string
  readonly name: string
  readonly at: number
}

/** A module that another one loads. */
export interface ModuleRequest {
  readonly from: string
  readonly at: number
  /** Whether nothing is taken from it: it is loaded for what loading it does. */
  readonly isBare: boolean
}

/** A local name, or a name of another module. */
export type ExportBinding =
  | { readonly local: string }
  | { readonly from: string; readonly name: string; readonly at: number }

/** A property of a stage's definition. */
export interface DefinitionProperty {
  readonly key: string
  /** A function written in place, one that another expression gives, a name or member, or data. */
  readonly form: "function" | "made" | "reference" | "value"
  readonly shape: Shape
  /** The name that a reference starts from. */
  readonly root?: string
}

/** A call at top level whose first argument may define a stage. */
export interface Definition {
  /** Packed place as call sites report it. */
  readonly at: number
  readonly unit: number
  readonly properties: ReadonlyArray<DefinitionProperty>
  readonly impure?: string
  /** Why the definition cannot be taken apart. */
  readonly problem?: { readonly message: string; readonly hint: string; readonly at: number }
}

export interface ModuleSummary {
  readonly imports: { readonly [local: string]: ImportBinding }
  readonly exports: { readonly [name: string]: ExportBinding }
  readonly stars: ReadonlyArray<{ readonly from: string; readonly at: number }>
  /** Specifiers of the modules that loading this one loads first, in order. */
  readonly loads: ReadonlyArray<ModuleRequest>
  readonly units: ReadonlyArray<Unit>
  readonly definitions: ReadonlyArray<Definition>
  readonly problem?: { readonly message: string; readonly at: number }
}
