// Files that exist whole or not at all: written under a temporary name, flushed to disk, then renamed.
import { randomBytes } from "node:crypto"
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { SluiceError } from "../errors.ts"

/** Writes a file atomically; a reader sees the old content or the new, never a part. */
export const writeDurably = (path: string, bytes: Uint8Array | string): void => {
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
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw diskError(path, cause)
  }
}

/** What the operating system said about a file, as an error for the user. */
export const diskError = (path: string, cause: unknown): unknown => {
  const { code } = cause as NodeJS.ErrnoException
  if (code === "ENOSPC" || code === "EDQUOT")
    return new SluiceError("SLUICE_DISK", `the disk is full: ${path} could not be written`, {
      hint: "free some space (sluice gc --dry-run shows what can go), then run again: finished work is kept",
      cause
    })
  if (code === "EACCES" || code === "EROFS" || code === "EPERM")
    return new SluiceError("SLUICE_DISK", `${path} may not be written (${code})`, {
      hint: "give write access, or choose another place with --store PATH",
      cause
    })
  return cause
}
