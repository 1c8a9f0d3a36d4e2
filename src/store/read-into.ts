// Reads a part of an open file whole: one reading of the system may give less than was asked for.
import { readSync } from "node:fs"

/** Fills `bytes` with what stands in a file from `position` on; gives how many there were, fewer where the file ends. */
export const readInto = (file: number, bytes: Uint8Array, position: number): number => {
  let done = 0
  while (done < bytes.length) {
    const some = readSync(file, bytes, done, bytes.length - done, position + done)
    if (some === 0) break
    done += some
  }
  return done
}
