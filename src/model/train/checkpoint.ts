// Checkpoints: weights, optimiser state and data position of a run, written beside and renamed, so none is half there.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ModelError } from "../model-error.ts"
import { readSafetensors, writeSafetensors } from "../safetensors.ts"
import type { Weight, Weights } from "../weights.ts"
import type { TokenSequence } from "./batch.ts"
import type { LedgerEntry } from "./ledger.ts"
import type { LossScale } from "./loss-scale.ts"
import type { Moments } from "./trainer.ts"
import type { ValidationEntry } from "./validation.ts"

/** A point to continue a run from. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number
  /** Digest of everything that decides the steps; a checkpoint of another run is refused. */
  readonly digest: string
  readonly ledger: readonly LedgerEntry[]
  readonly weights: Weights
  readonly moments: Moments
  /** In mixed precision: what the loss of the next step is multiplied by. */
  readonly lossScale?: LossScale
  /** Measurements on validation data so far, and the best weights among them. */
  readonly validation?: readonly ValidationEntry[]
  readonly best?: Weights | undefined
}

/** Where and how often to write checkpoints. */
export interface CheckpointOptions {
  readonly folder: string
  /** Steps between checkpoints. */
  readonly every: number
  /** Older checkpoints kept besides the newest, 0 if not given. */
  readonly keep?: number
}

const PATTERN = /^step-(\d{8})$/

const checkpointNames = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => PATTERN.test(name))
        .sort()
    : []

const renamed = (weights: Weights, prefix: string): [string, Weight][] =>
  [...weights].map(([name, weight]) => [prefix + name, weight])

const withPrefix = (weights: Weights, prefix: string): Map<string, Weight> =>
  new Map([...weights].filter(([name]) => name.startsWith(prefix)).map(([name, w]) => [name.slice(prefix.length), w]))

/** SHA-256 over the settings, the starting weights and the sequences of a run. */
export const runDigest = (
  settings: unknown,
  weights: readonly Weights[],
  sequences: readonly TokenSequence[]
): string => {
  const hash = createHash("sha256").update(JSON.stringify(settings))
  for (const group of weights) {
    for (const [name, { shape, data }] of group) hash.update(JSON.stringify([name, shape])).update(data)
  }
  for (const { rowId, ids, mask, source } of sequences) {
    hash
      .update(JSON.stringify(source === undefined ? [rowId, ids.length] : [rowId, ids.length, source]))
      .update(ids)
      .update(mask)
  }
  return hash.digest("hex")
}

/** Writes `step-<n>` in the folder under a temporary name, renames it, then removes checkpoints that are no longer kept. */
export const writeCheckpoint = (options: CheckpointOptions, checkpoint: Checkpoint): void => {
  const name = `step-${String(checkpoint.step).padStart(8, "0")}`
  const temporary = join(options.folder, `.${name}.tmp`)
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { recursive: true })
  const { first, second } = checkpoint.moments
  writeSafetensors(join(temporary, "weights.safetensors"), checkpoint.weights)
  writeSafetensors(
    join(temporary, "optimizer.safetensors"),
    new Map([...renamed(first, "first."), ...renamed(second, "second.")])
  )
  if (checkpoint.best !== undefined) writeSafetensors(join(temporary, "best.safetensors"), checkpoint.best)
  const { step, digest, ledger, lossScale, validation } = checkpoint
  writeFileSync(join(temporary, "state.json"), JSON.stringify({ step, digest, ledger, lossScale, validation }))
  const target = join(options.folder, name)
  rmSync(target, { recursive: true, force: true })
  renameSync(temporary, target)
  const known = checkpointNames(options.folder)
  for (const old of known.slice(0, Math.max(0, known.length - 1 - (options.keep ?? 0)))) {
    rmSync(join(options.folder, old), { recursive: true })
  }
}

/**
 * Reads the newest checkpoint of the folder, or gives undefined when there is none. Throws
 * `SLUICE_CHECKPOINT_MISMATCH` when it belongs to a run with other settings, weights or sequences.
 */
export const readCheckpoint = (folder: string, digest: string): Checkpoint | undefined => {
  const name = checkpointNames(folder).at(-1)
  if (name === undefined) return undefined
  const path = join(folder, name)
  const state: Pick<Checkpoint, "step" | "digest" | "ledger" | "lossScale" | "validation"> = JSON.parse(
    readFileSync(join(path, "state.json"), "utf8")
  )
  if (state.digest !== digest) {
    throw new ModelError(
      "SLUICE_CHECKPOINT_MISMATCH",
      `${path} was written by a run with other settings, weights or sequences; remove it or name another folder.`,
      { path }
    )
  }
  const moments = readSafetensors(join(path, "optimizer.safetensors"))
  const { step, ledger, lossScale, validation } = state
  const best = join(path, "best.safetensors")
  return {
    step,
    digest,
    ledger,
    weights: readSafetensors(join(path, "weights.safetensors")),
    moments: { first: withPrefix(moments, "first."), second: withPrefix(moments, "second.") },
    ...(lossScale !== undefined && { lossScale }),
    ...(validation !== undefined && { validation }),
    ...(existsSync(best) && { best: readSafetensors(best) })
  }
}
