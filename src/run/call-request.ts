// A call as it crosses threads, the key of its cell, and what of a reply is kept.
import { hash } from "node:crypto"
import type { GraphNode } from "../graph/graph.ts"
import type { CallMessage, Sampling } from "../stage/call-model.ts"
import { canonicalJson } from "../table/digest.ts"

/** Everything that a reply depends on, and the node that asks. */
export interface CallRequest {
  readonly node: string
  readonly model: string
  readonly messages: ReadonlyArray<CallMessage>
  readonly sampling: Sampling
  /** Which of several replies to the same prompt. */
  readonly sample: number
  /** How many replies before did not fit the schema. */
  readonly attempt: number
  /** JSON Schema. */
  readonly schema?: unknown
}

/** The model that a node's stage calls; undefined where it calls none. */
export const calledModel = ({ declaration, options }: GraphNode): string | undefined =>
  "calls" in declaration && declaration.calls ? (options["model"] as string) : undefined

/** What comes back: the text, or why there is none: for this row, or because the run ends. */
export type CallAnswer = { readonly text: string } | { readonly failed: string }

/** A reply as it stands in a cell. */
export interface Cell {
  readonly text: string
  readonly finish: string
  /** Tokens. */
  readonly input: number
  readonly output: number
  readonly model: string
  readonly sampling: Sampling
  readonly sample: number
  /** When it was bought, in milliseconds since 1970, and by which run. */
  readonly at: number
  readonly run: string
}

/** Raised when what a key is made of changes. */
const keyFormat = 1

/** The key of a call's cell, in hex: neither code nor node nor address is part of it. */
export const cellKey = ({ model, messages, sampling, sample, attempt, schema }: CallRequest): string => {
  const turns = messages.map(({ role, content }) => [role, content])
  const text = canonicalJson([keyFormat, model, turns, sampling, sample, attempt, schema ?? null])
  return hash("sha256", text, "hex").slice(0, 32)
}

export const cellBytes = (cell: Cell): Uint8Array => Buffer.from(JSON.stringify(cell))
export const cellOf = (bytes: Uint8Array): Cell => JSON.parse(Buffer.from(bytes).toString()) as Cell
