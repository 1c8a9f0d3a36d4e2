// Handles: the immutable values a pipeline is made of. A handle says which stage was called with what; it does no work.
import type { Declaration } from "./declaration.ts"

const brand: unique symbol = Symbol.for("sluice/handle") as never
declare const rowType: unique symbol

export type InputValue = Handle | ReadonlyArray<Handle> | { readonly [name: string]: Handle }

/** One call of a stage: a node of the graph. Handles that share a call (the parts of a split) share the node. */
export interface Call {
  readonly declaration: Declaration
  readonly options: { readonly [name: string]: unknown }
  readonly inputs: { readonly [name: string]: InputValue }
}

interface HandleBase<Kind extends "dataset" | "model" | "report"> {
  readonly [brand]: Kind
  readonly call: Call
  readonly part: string | undefined
}

/** Rows of one shape, to be computed. `Row` is covariant: a dataset with more columns fits where fewer are needed. */
export interface Dataset<out Row> extends HandleBase<"dataset"> {
  readonly [rowType]: Row
  /** Feeds this dataset through stages, left to right. */
  readonly pipe: Pipe<this>
}

/** A trained model or adapter: a folder in Hugging Face or PEFT layout. */
export interface Model extends HandleBase<"model"> {
  readonly pipe: Pipe<this>
}

/** An evaluation's or a gate's result: data plus its rendering. */
export interface Report extends HandleBase<"report"> {
  readonly pipe: Pipe<this>
}

export type Handle = Dataset<unknown> | Model | Report

interface Pipe<Self> {
  <A>(a: (self: Self) => A): A
  <A, B>(a: (self: Self) => A, b: (a: A) => B): B
  <A, B, C>(a: (self: Self) => A, b: (a: A) => B, c: (b: B) => C): C
  <A, B, C, D>(a: (self: Self) => A, b: (a: A) => B, c: (b: B) => C, d: (c: C) => D): D
  <A, B, C, D, E>(a: (self: Self) => A, b: (a: A) => B, c: (b: B) => C, d: (c: C) => D, e: (d: D) => E): E
  <A, B, C, D, E, F>(
    a: (self: Self) => A,
    b: (a: A) => B,
    c: (b: B) => C,
    d: (c: C) => D,
    e: (d: D) => E,
    f: (e: E) => F
  ): F
  <A, B, C, D, E, F, G>(
    a: (self: Self) => A,
    b: (a: A) => B,
    c: (b: B) => C,
    d: (c: C) => D,
    e: (d: D) => E,
    f: (e: E) => F,
    g: (f: F) => G
  ): G
  <A, B, C, D, E, F, G, H>(
    a: (self: Self) => A,
    b: (a: A) => B,
    c: (b: B) => C,
    d: (c: C) => D,
    e: (d: D) => E,
    f: (e: E) => F,
    g: (f: F) => G,
    h: (g: G) => H
  ): H
}

type Kind = "dataset" | "model" | "report"

/** Makes a handle of a kind for a call; `part` names one verdict of a select that divides its rows. */
export function makeHandle(kind: "dataset", call: Call, part?: string): Dataset<never>
export function makeHandle(kind: "model", call: Call): Model
export function makeHandle(kind: "report", call: Call): Report
export function makeHandle(kind: Kind, call: Call, part?: string): Handle {
  const handle = {
    [brand]: kind,
    call,
    part,
    pipe: (...stages: ReadonlyArray<(input: unknown) => unknown>) =>
      stages.reduce<unknown>((input, stage) => stage(input), handle)
  }
  return Object.freeze(handle) as unknown as Handle
}

export const isHandle = (value: unknown): value is Handle =>
  typeof value === "object" && value !== null && brand in value

export const handleKind = (handle: Handle): Kind => handle[brand]
