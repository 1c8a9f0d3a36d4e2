// The code that a plan's keys stand for, against what threads and processes load: an edit during a run must not slip in.
import { SluiceError } from "../errors.ts"

export class PlannedSources {
  readonly #files: ReadonlyMap<string, string>
  readonly #changed: () => string | undefined

  /** `files` are sha256 by file; `changed` gives a file or package that is no longer what it was when it was read. */
  constructor(files: ReadonlyMap<string, string>, changed: () => string | undefined) {
    this.#files = files
    this.#changed = changed
  }

  /** The error where what was just loaded, with the files and packages that it read, is not what was planned. */
  edited(loaded: ReadonlyArray<readonly [file: string, digest: string]>): SluiceError | undefined {
    if (loaded.length === 0) return undefined
    const wrong = loaded.find(([file, digest]) => (this.#files.get(file) ?? digest) !== digest)
    const changed = wrong?.[0] ?? this.#changed()
    if (changed === undefined) return undefined
    return new SluiceError("SLUICE_CHANGED_DURING_RUN", `${changed} changed during the run`, {
      hint: "run again: finished work is kept"
    })
  }
}
