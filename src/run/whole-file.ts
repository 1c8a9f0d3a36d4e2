// An input file's bytes and their digest: a large file is read beside this thread, which meanwhile digests what is there.
import { createHash } from "node:crypto"
import { closeSync, openSync, read, readFileSync, statSync } from "node:fs"
import { promisify } from "node:util"
import { sha256 } from "../table/digest.ts"

/** Below this, handing the work to another thread takes longer than doing it. */
const large = 1 << 20

/** Bytes that are read in one go, those before being digested meanwhile: where all are kept, and where none are. */
const [keptPart, passingPart] = [1 << 26, 1 << 22]

const readPart = promisify(read)

export interface WholeFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** sha256 as hex. */
  readonly digest: string
}

/** Bytes of memory that are kept however little of them the next reading needs. */
const spareBytes = 1 << 24

/** Memory that is written over by each reading: the system need not find it anew. */
export class ReadBuffer {
  #bytes = new Uint8Array(0)

  /** At least `size` bytes, which hold what was read before or nothing. */
  ofSize(size: number): Uint8Array<ArrayBuffer> {
    const has = this.#bytes.length
    if (has < size || (has > size * 8 && has > spareBytes)) this.#bytes = new Uint8Array(Math.ceil(size * 1.25))
    return this.#bytes
  }
}

/** All bytes of a file; in `buffer`, where one is given, until that is used again. One that is cut meanwhile gives fewer. */
export const readWhole = async (path: string, buffer?: ReadBuffer): Promise<WholeFile> => {
  const { size } = statSync(path)
  if (size < large) return readSmall(path)
  const bytes = buffer?.ofSize(size).subarray(0, size) ?? new Uint8Array(size)
  const whole = await digestParts(path, size, (at) => bytes.subarray(at, at + keptPart))
  return { bytes: whole.size === size ? bytes : bytes.slice(0, whole.size), digest: whole.digest }
}

/** The digest of a file whose bytes nobody needs: memory is written over, which the system need not find anew. */
export const digestWhole = async (path: string): Promise<{ readonly size: number; readonly digest: string }> => {
  const { size } = statSync(path)
  if (size < large) {
    const { bytes, digest } = readSmall(path)
    return { size: bytes.length, digest }
  }
  const parts = [0, 1].map(() => new Uint8Array(Math.min(size, passingPart)))
  return digestParts(path, size, (at) => parts[Math.floor(at / passingPart) % 2]!.subarray(0, size - at))
}

const readSmall = (path: string): WholeFile => {
  const bytes = readFileSync(path)
  return { bytes, digest: sha256(bytes) }
}

/** Reads a file of `size` bytes part by part into what `partAt` gives for the place of each, and digests it. */
const digestParts = async (path: string, size: number, partAt: (at: number) => Uint8Array) => {
  const hash = createHash("sha256")
  const file = openSync(path, "r")
  try {
    const readAt = async (at: number) => {
      const part = partAt(at)
      let filled = 0
      while (filled < part.length) {
        const { bytesRead } = await readPart(file, part, filled, part.length - filled, at + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return part.subarray(0, filled)
    }
    let end = 0
    for (let reading = readAt(0); end < size; ) {
      const part = await reading
      if (part.length === 0) break
      end += part.length
      if (end < size) reading = readAt(end)
      hash.update(part)
    }
    return { size: end, digest: hash.digest("hex") }
  } finally {
    closeSync(file)
  }
}
