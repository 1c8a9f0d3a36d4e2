// What a program's `run` is given: inputs as folders, a scratch folder that survives a kill, and a line to the engine.
import type { Dataset, Model, Report } from "./handle.ts"
import type { OptionFields } from "./option.ts"
import type { Decoded } from "./option-value.ts"

export interface Identified<Row> {
  readonly id: string
  readonly row: Row
}

/** A dataset as a folder of Parquet files, read in order. */
export interface ProgramDataset<Row> {
  readonly folder: string
  readonly rows: number
  readonly read: () => Promise<ReadonlyArray<Identified<Row>>>
}

export interface ProgramModel {
  readonly folder: string
  /** Digest of the folder's content: the model's identity. */
  readonly digest: string
}

export interface ProgramReport {
  readonly folder: string
  readonly data: unknown
}

export type ProgramInput<V> =
  V extends Dataset<infer Row>
    ? ProgramDataset<Row>
    : V extends Model
      ? ProgramModel
      : V extends Report
        ? ProgramReport
        : V extends ReadonlyArray<infer E>
          ? ReadonlyArray<ProgramInput<E>>
          : V extends { readonly [name: string]: infer E }
            ? { readonly [name: string]: ProgramInput<E> }
            : never

/** Everything a program may use. Files written under `out` are its result; `work` is scratch and survives a kill. */
export interface ProgramContext<Inputs, Options> {
  readonly inputs: { readonly [K in keyof Inputs]: ProgramInput<Inputs[K]> }
  readonly options: Options
  /** Threads of the arithmetic. */
  readonly threads: number
  /** Where it is to run, by the run's profile. */
  readonly device: "cpu" | "webgpu" | "cuda"
  readonly out: string
  readonly work: string
  readonly progress: (done: number, total: number, text?: string) => void
  readonly metric: (name: string, value: number, step?: number) => void
  readonly sample: (text: string) => void
  /** Accounts for every input row: used, or skipped for a reason. A row not accounted for fails the node. */
  readonly used: (input: string, ids: Iterable<string>) => void
  readonly skipped: (input: string, id: string, reason: string) => void
}

/** A program's closing word: `data` is kept with the result; `passed: false` is a gate that did not open. */
export interface ProgramResult {
  readonly data: unknown
  readonly passed?: boolean
}

/** How a program's result is judged by bounds, apart from its run. */
export interface Judge<Options extends OptionFields> {
  /** The options that `judge` sees and `run` does not: a change of one judges again and runs nothing. */
  readonly judgeOptions?: Options
  /**
   * What stands against the data that `run` gave, as JSON, a sentence each: where there is none the node passes. Undefined
   * where nothing is to be judged. A node that does not pass keeps all that it made, and the run ends with exit 3.
   */
  readonly judge?: (data: unknown, options: Decoded<Options>) => ReadonlyArray<string> | undefined
}
