// Refactorings that somebody accepted: code that differs and means the same. A small list beside the store's results.
import { join } from "node:path"
import { diskError, writeDurably } from "./durable-file.ts"
import { SluiceError } from "../errors.ts"
import { readSealed, sealed } from "./sealed.ts"

/** Fingerprint by function, for functions that do one thing together, such as a measure and its form for batches. */
export type Hashes = { readonly [name: string]: string }

/** Somebody's word that a stage's code gives the same results as the code before it. */
export interface Acceptance {
  readonly id: string
  readonly pipeline: string
  readonly node: string
  readonly stage: string
  /** It holds for exactly these: code with the hashes `after` counts as code with the hashes `before`. */
  readonly functions: ReadonlyArray<{ readonly before: Hashes; readonly after: Hashes }>
  /** What had changed, in sentences. */
  readonly changes: ReadonlyArray<string>
  readonly because: string
  readonly by: string
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly revoked?: {
    readonly by: string
    readonly at: string
    /** Whether results may have been stored in the meantime that rest on it. */
    readonly used: boolean
  }
}

const pathOf = (root: string): string => join(root, "equivalent.json")

/** All acceptances of a store, in the order in which they were given, revoked ones too. */
export const readAcceptances = (root: string): ReadonlyArray<Acceptance> => {
  const path = pathOf(root)
  const read = readSealed<ReadonlyArray<Acceptance>>(path)
  if (read === undefined) return []
  if ("body" in read) return read.body
  if (read.cause !== undefined) throw diskError(path, read.cause)
  throw new SluiceError("SLUICE_DAMAGED", `the list of accepted refactorings is damaged: ${read.wrong}`, {
    evidence: [path],
    hint: "remove the file and sluice gc --keep 0, then accept again what still holds"
  })
}

/** The acceptances for some stages, revoked ones too. */
export const acceptancesOf = (root: string, stages: ReadonlySet<string>): ReadonlyArray<Acceptance> =>
  readAcceptances(root).filter(({ stage }) => stages.has(stage))

export const writeAcceptances = (root: string, all: ReadonlyArray<Acceptance>): void =>
  writeDurably(pathOf(root), sealed(all))
