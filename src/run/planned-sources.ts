// The code that a plan's keys stand for, against what threads and processes load: an edit during a run must not slip in.
import { basename } from "node:path"
import { SluiceError } from "../errors.ts"
import type { Graph } from "../graph/graph.ts"
import { graphKey } from "../graph/key.ts"

/** What is planned of the code: sha256 by file, and a file or package that is no longer what it was when it was read. */
export interface ReadSources {
  files(): ReadonlyMap<string, string>
  changed(): string | undefined
}

/** sha256 of files that were loaded. */
export type Loaded = ReadonlyArray<readonly [file: string, digest: string]>

export const changedDuringRun = (what: string): SluiceError =>
  new SluiceError("SLUICE_CHANGED_DURING_RUN", `${what} changed during the run`, {
    hint: "run again: finished work is kept"
  })

export class PlannedSources {
  readonly #read = Promise.withResolvers<void>()
  #graph: string | undefined
  #files: ReadonlyMap<string, string> = new Map()
  #changed: () => string | undefined = () => undefined

  /** Done once all code is read: threads may start before. */
  get whole(): Promise<void> {
    return this.#read.promise
  }

  /** Says that all code is read, and which graph it makes. */
  plan(sources: ReadSources, graph: Graph): void {
    this.#graph = graphKey(graph)
    this.#files = sources.files()
    this.#changed = () => sources.changed()
    this.#read.resolve()
  }

  /** The error where a thread that loaded a pipeline got another graph or other code than was planned. */
  other(pipeline: string, graph: string, loaded: Loaded): SluiceError | undefined {
    return graph === this.#graph ? this.edited(loaded) : changedDuringRun(basename(pipeline))
  }

  /** The error where what was just loaded, with the files and packages that it read, is not what was planned. */
  edited(loaded: Loaded): SluiceError | undefined {
    if (loaded.length === 0) return undefined
    const wrong = loaded.find(([file, digest]) => (this.#files.get(file) ?? digest) !== digest)
    const changed = wrong?.[0] ?? this.#changed()
    return changed === undefined ? undefined : changedDuringRun(changed)
  }
}
