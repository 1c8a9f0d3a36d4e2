// Files that exist whole or not at all: written under a temporary name, flushed to disk, then renamed.
import { randomBytes } from "node:crypto"
import { closeSync, fsync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { SluiceError } from "../errors.ts"

/** Writes a file atomically; a reader sees the old content or the new, never a part. */
export const writeDurably = (path: string, bytes: Uint8Array | string): void => writeWhole(path, bytes, fsyncSync)

/** The same without waiting for the disk, for what only spares work and is checked when it is read: a loss of power may damage it. */
export const writeCache = (path: string, bytes: Uint8Array | string): void => writeWhole(path, bytes, () => {})

const writeWhole = (path: string, bytes: Uint8Array | string, flush: (file: number) => void): void => {
  const { temporary, file } = writeTemporary(path, bytes)
  try {
    try {
      flush(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (cause) {
    removeIfPossible(temporary)
    throw diskError(path, cause)
  }
}

/** A file that is written whole under a temporary name and on its way to the disk, beside others. */
export interface Flushing {
  /** Fails where the disk does. */
  readonly flushed: Promise<void>
  /** Gives the file its name, once it is flushed. */
  readonly publish: () => void
  /** Takes it away instead. */
  readonly discard: () => void
}

/** Writes a file as `writeDurably` does, without waiting for the disk: the file has its name when `publish` was called. */
export const flushDurably = (path: string, bytes: Uint8Array | string): Flushing => {
  const { temporary, file } = writeTemporary(path, bytes)
  const flushed = new Promise<void>((done, fail) => {
    fsync(file, (cause) => {
      try {
        closeSync(file)
      } catch (closing) {
        fail(diskError(path, cause ?? closing))
        return
      }
      if (cause === null) done()
      else fail(diskError(path, cause))
    })
  })
  flushed.catch(() => {})
  return {
    flushed,
    publish: () => onDisk(path, () => renameSync(temporary, path)),
    discard: () => removeIfPossible(temporary)
  }
}

/** A temporary file beside `path` with these bytes, open. */
const writeTemporary = (
  path: string,
  bytes: Uint8Array | string
): { readonly temporary: string; readonly file: number } => {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`
  const data = typeof bytes === "string" ? Buffer.from(bytes) : bytes
  try {
    let file: number
    try {
      file = openSync(temporary, "wx")
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause
      mkdirSync(dirname(path), { recursive: true })
      file = openSync(temporary, "wx")
    }
    try {
      for (let at = 0; at < data.length; ) at += writeSync(file, data, at, data.length - at)
    } catch (cause) {
      closeSync(file)
      throw cause
    }
    return { temporary, file }
  } catch (cause) {
    removeIfPossible(temporary)
    throw diskError(path, cause)
  }
}

/** Takes a file or folder away where the disk lets it; what stays is swept by gc. */
export const removeIfPossible = (path: string): void => {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // The error that led here is the one to tell.
  }
}

/** Runs file operations at a place; what goes wrong with the disk is told as an error for the user. */
export const onDisk = <A>(path: string, run: () => A): A => {
  try {
    return run()
  } catch (cause) {
    throw diskError(path, cause)
  }
}

const full = new Set(["ENOSPC", "EDQUOT"])
const forbidden = new Set(["EACCES", "EROFS", "EPERM"])

/** Whether the operating system says that no space is left. */
export const isFull = (cause: unknown): boolean => full.has((cause as NodeJS.ErrnoException | undefined)?.code ?? "")

/** Whether the disk itself is at fault: it is full or fails. */
export const isDiskFailing = (cause: unknown): boolean =>
  isFull(cause) || (cause as NodeJS.ErrnoException | undefined)?.code === "EIO"

/** Whatever was thrown as an error; what the disk said in words for the user, about `place` where it names no file. */
export const asError = (cause: unknown, place = "the store"): Error => {
  const { path, syscall } = (cause ?? {}) as NodeJS.ErrnoException
  const onFile = path === undefined ? isDiskFailing(cause) : syscall?.startsWith("spawn") !== true
  const error = onFile ? diskError(path ?? place, cause) : cause
  return error instanceof Error ? error : new Error(String(error))
}

/** What the operating system said about a file, as an error for the user; other causes stay as they are. */
export const diskError = (path: string, cause: unknown): unknown => {
  const { code, syscall } = (cause ?? {}) as NodeJS.ErrnoException
  if (cause instanceof SluiceError || code === undefined) return cause
  if (isFull(cause))
    return new SluiceError("SLUICE_DISK", `the disk is full: ${path} could not be written`, {
      hint: "free some space (sluice gc --dry-run shows what can go), then run again: finished work is kept",
      cause
    })
  if (forbidden.has(code))
    return new SluiceError("SLUICE_DISK", `${path} may not be written (${code})`, {
      hint: "give write access, or choose another place with --store PATH",
      cause
    })
  if (syscall === undefined) return cause
  return new SluiceError("SLUICE_DISK", `${path} could not be read or written (${code})`, {
    hint: "check the disk and the folder, then run again: finished work is kept",
    cause
  })
}
