// The fence of a lease: what a holder publishes goes through its lease's folder, which whoever takes over renames away.
import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { SluiceError } from "../errors.ts"
import { diskError, removeIfPossible, writeDurably } from "./durable-file.ts"
import { Store } from "./store.ts"

/** Raised where a holder that was taken for dead wants to publish: another has taken its lease over. */
export class LeaseLost extends SluiceError {
  constructor(folder: string) {
    super("SLUICE_BUSY", "another process has taken this work over", {
      evidence: [folder],
      hint: "run again: its result is taken"
    })
  }
}

const isMissing = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === "ENOENT"

/**
 * Moves a file to where others see it, through the folder of a lease. The folder bears the lease's token and is renamed
 * by whoever takes the lease over, so of a late holder's two moves one fails: there is no gap between looking and moving.
 */
const moveThrough = (folder: string, from: string, to: string): void => {
  const between = join(folder, randomBytes(6).toString("hex"))
  try {
    renameSync(from, between)
    mkdirSync(dirname(to), { recursive: true })
    renameSync(between, to)
  } catch (cause) {
    throw isMissing(cause) ? new LeaseLost(folder) : diskError(to, cause)
  }
}

/** Takes a file or folder out of the store, unless the lease was lost; what is gone already is no error. */
export const removeThrough = (folder: string, path: string): void => {
  const between = join(folder, randomBytes(6).toString("hex"))
  try {
    renameSync(path, between)
    rmSync(between, { recursive: true, force: true })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== "ENOENT" && code !== "EXDEV") throw diskError(path, cause)
    if (!existsSync(folder)) throw new LeaseLost(folder)
    // A part of the store on a disk of its own.
    if (code === "EXDEV") rmSync(path, { recursive: true, force: true })
  }
}

/** A store whose results and refs are published only while a lease is held. Objects need no fence: their name is their content. */
export class FencedStore extends Store {
  readonly #folder: string

  /** `folder` is that of the lease. */
  constructor(root: string, folder: string) {
    super(root)
    this.#folder = folder
  }

  /** Writes beside the leases, then moves what was written over. */
  protected override publish(path: string, text: string): void {
    const staged = join(this.root, "leases", `.staged-${randomBytes(8).toString("hex")}`)
    try {
      writeDurably(staged, text)
      moveThrough(this.#folder, staged, path)
    } catch (cause) {
      removeIfPossible(staged)
      throw cause
    }
  }
}
