// Reads parts of a file that may be larger than memory should hold at once, each into memory of its own.
import { closeSync, fstatSync, openSync, readSync } from "node:fs"

/** Bytes that one system call reads at most. */
const most = 2 ** 30

/** An open file. */
export interface FileParts {
  readonly size: number
  /** The bytes `from` … `to`, in a buffer that holds nothing else; where the file ends before `to`, those that are there. */
  readonly read: (from: number, to: number) => Uint8Array<ArrayBuffer>
}

/** Opens `path` for as long as `use` runs. */
export const withFileParts = <Result>(path: string, use: (file: FileParts) => Result): Result => {
  const descriptor = openSync(path, "r")
  try {
    const { size } = fstatSync(descriptor)
    const read = (from: number, to: number): Uint8Array<ArrayBuffer> => {
      const bytes = new Uint8Array(Math.max(0, Math.min(to, size) - from))
      let place = 0
      while (place < bytes.length) {
        const count = readSync(descriptor, bytes, place, Math.min(most, bytes.length - place), from + place)
        if (count === 0) break
        place += count
      }
      return place === bytes.length ? bytes : bytes.slice(0, place)
    }
    return use({ size, read })
  } finally {
    closeSync(descriptor)
  }
}

/** The same over bytes in memory. */
export const partsOf = (bytes: Uint8Array): FileParts => ({
  size: bytes.length,
  read: (from, to) => new Uint8Array(bytes.subarray(from, to))
})
