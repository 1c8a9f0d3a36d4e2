// Tasks: what travels between the run loop and its workers. Names, views and keys; never code.
import type { NodeKeys } from "../graph/key.ts"
import type { View } from "../table/view.ts"
import type { CallAnswer } from "./call-request.ts"
import type { GatherProbe } from "./gather-probe.ts"
import type { InputFile } from "./listing.ts"
import type { DatasetHead } from "./node-record.ts"
import type { ParseInput, ParseOutcome } from "./parse.ts"
import type { ResolveProbe } from "./resolve-probe.ts"
import type { Outcome } from "./row-action.ts"
import type { ModelSources } from "./row-model.ts"
import type { RowError } from "./row-error.ts"

/** What a worker needs to know once. */
export interface WorkerStart {
  readonly pipeline: string
  /** What the paths in options are relative to. */
  readonly root: string
  readonly storeRoot: string
  readonly sets: { readonly [target: string]: string }
}

/** What the pool adds for one thread. */
export interface ThreadStart extends WorkerStart {
  /** Whether it says at which step it is, before each. */
  readonly alone: boolean
  /** Shared: the row that a row function is called for. */
  readonly row: Int32Array
}

/** A row-local node to run, and the earlier actions it may take rows from. */
export interface ChainStep {
  readonly node: string
  /** Which of the node's inputs the rows come from; −1 for a source. */
  readonly input: number
  readonly keys: NodeKeys
  readonly reuse: ReadonlyArray<string>
  /** The one of them that probably has the rows. */
  readonly likely?: string | undefined
  /** The models that other nodes made for it. */
  readonly models?: ModelSources | undefined
}

/** Row-local nodes back to back on one partition, from a view or from records to parse. */
export interface ChainTask {
  readonly kind: "chain"
  readonly parse: { readonly step: ChainStep; readonly input: ParseInput } | undefined
  readonly view: View | undefined
  readonly steps: ReadonlyArray<ChainStep>
  /** Whether rows go on when others of their partition failed. */
  readonly goOn: boolean
}

export interface ChainResult {
  readonly parsed: (ParseOutcome & { readonly seconds: number }) | undefined
  readonly outcomes: ReadonlyArray<Outcome & { readonly seconds: number }>
}

/** One table of a select: its partitions, and the prepared columns of each. */
export interface PreparedTable {
  readonly input: string
  readonly partitions: ReadonlyArray<{ readonly view: View; readonly prepared: string }>
}

/** A file of a source to frame. */
export interface FrameTask {
  readonly kind: "frame"
  readonly node: string
  /** What the frames are stored under. */
  readonly key: string
  readonly file: InputFile
}

export interface ResolveTask {
  readonly kind: "resolve"
  readonly node: string
  readonly key: string
  readonly tables: ReadonlyArray<PreparedTable>
  /** Folder of the lease that the result is published under; absent where the result is known. */
  readonly lease: string | undefined
  /** The models that other nodes made for it. */
  readonly models?: ModelSources | undefined
  /** By part, what the node gave in the last run. */
  readonly before: { readonly [part: string]: DatasetHead }
}

export interface ResolveResult {
  readonly action: SelectAction
  readonly seconds: number
  /** Views of each part's partitions; part "" for a select without parts. */
  readonly views: { readonly [part: string]: ReadonlyArray<SelectedView> }
}

/** A view, or the number of one that is there on both sides: of a partition that came in, or of what the last run gave. */
export type SelectedView = View | { readonly own: number } | { readonly before: number }

/** The stored verdicts of a select over all rows, in dataset order. */
export interface SelectAction {
  readonly rows: number
  /** Pack with `codes` (0 keep, 1 + reason, or part index), `into` (row, or −1) and `similarity`. */
  readonly pack: string
  readonly reasons: { readonly [reason: string]: number }
  readonly merged: number
  readonly dropped: number
  readonly parts: { readonly [part: string]: number }
  /** What resolve had to warn of. */
  readonly warnings?: ReadonlyArray<string>
  /** Parquet with the columns that were added to all rows, where any were. */
  readonly block?: string
}

export interface GatherTask {
  readonly kind: "gather"
  readonly node: string
  readonly keys: NodeKeys
  readonly views: ReadonlyArray<View>
  /** Folder of the lease that buckets are published under. */
  readonly lease: string
  /** Whether a sample is wanted, to be tried again. */
  readonly probes: boolean
}

export interface GatherResult {
  readonly buckets: ReadonlyArray<{
    readonly key: string
    readonly action: GatherAction
    /** Rows of groups that were computed. */
    readonly computed: number
    readonly hit: boolean
  }>
  readonly probe: GatherProbe | undefined
}

/** The stored rows of one bucket of groups. */
export interface GatherAction {
  readonly view: View
  readonly rows: { readonly in: number; readonly out: number; readonly dropped: number; readonly failed?: number }
  readonly reasons: { readonly [reason: string]: number }
  /**
   * Pack with `edges` (Int32: first parent of each row, one more at the end), `parents` and `dropped` (16-byte ids); where
   * rows failed, `failed` (their ids) and `error` (Int32: the error of each).
   */
  readonly edges: string
  readonly failures?: GatherFailures
}

/** What failed in a bucket, and what the other groups made: the next run takes that and tries the failed ones again. */
export interface GatherFailures {
  readonly errors: ReadonlyArray<Omit<RowError, "row">>
  /** Groups in order, with the number of their rows or the reason why there are none. */
  readonly groups: ReadonlyArray<readonly [key: string, made: number | string]>
}

/** Rows that are computed again, at most about so many. */
export const sampleRows = 32

/** Rows, records, groups or whole tables, and the keys of what was made of them. */
export type RecheckSample =
  | { readonly view: View; readonly made: readonly [key: string] }
  | { readonly records: ParseInput; readonly made: readonly [key: string] }
  | { readonly groups: GatherProbe; readonly made: ReadonlyArray<string> }
  | ResolveProbe

export interface RecheckTask {
  readonly kind: "recheck"
  readonly node: string
  readonly keys: NodeKeys
  readonly models?: ModelSources | undefined
  readonly samples: ReadonlyArray<RecheckSample>
}

export type Task = ChainTask | FrameTask | ResolveTask | GatherTask | RecheckTask

/** What a thread is sent: a task, or the answer to a call that it asked for. */
export type ToThread =
  | { readonly id: number; readonly task: Task }
  | { readonly answers: number; readonly answer: CallAnswer }
  /** No more is to be done. */
  | { readonly stop: true }

export type TaskResult<T extends Task> = T extends ChainTask
  ? ChainResult
  : T extends FrameTask
    ? undefined
    : T extends ResolveTask
      ? ResolveResult
      : T extends GatherTask
        ? GatherResult
        : { readonly differs: ReadonlyArray<string> }

/** An error as it crosses threads. */
export interface WireError {
  readonly code: string
  readonly message: string
  readonly evidence: ReadonlyArray<string>
  readonly hint: string | undefined
  readonly exit: number
  readonly stack: string | undefined
  readonly damaged: string | undefined
}
