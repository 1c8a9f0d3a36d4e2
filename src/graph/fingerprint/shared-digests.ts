// Digests of installed packages for all stores, kept beside the packages: a new store need not read hundreds of megabytes again.
import { readChecked, writeChecked } from "./checked-file.ts"

export interface StoredDigest {
  /** The state of the files that it is true of. */
  readonly state: string
  readonly digest: string
}

/** Raised whenever states or digests are made otherwise. */
const format = 1

/** Directories that are remembered: those that were written last. */
const most = 1000

interface Stored {
  readonly format: number
  readonly digests: ReadonlyArray<readonly [directory: string, stored: StoredDigest]>
}

/** What is there of a file that other processes write, too; a damaged one is written anew. */
export class SharedDigests {
  readonly #file: string
  readonly #digests: Map<string, StoredDigest>
  #isDirty = false

  constructor(file: string) {
    this.#file = file
    const read = readChecked(file) as Stored | "damaged" | undefined
    this.#digests = new Map(typeof read === "object" && read.format === format ? read.digests : [])
  }

  get(directory: string): StoredDigest | undefined {
    return this.#digests.get(directory)
  }

  set(directory: string, stored: StoredDigest): void {
    if (this.#digests.get(directory)?.state === stored.state) return
    this.#digests.delete(directory)
    this.#digests.set(directory, stored)
    this.#isDirty = true
  }

  /** Writes what is new; where that cannot be, the next store reads more. */
  save(): void {
    if (!this.#isDirty) return
    this.#isDirty = false
    try {
      writeChecked(this.#file, { format, digests: [...this.#digests].slice(-most) } satisfies Stored)
    } catch {
      // It spares work and nothing else.
    }
  }
}
