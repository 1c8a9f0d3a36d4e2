// The parts of a document that is a zip archive (EPUB, DOCX), by name, up to a size in all.
/// <reference path="../../src/yauzl.d.ts" />
import { crc32, inflateRawSync } from "node:zlib"
import type { Entry } from "yauzl"

/** Most bytes that the parts of a document may become together. */
const mostBytes = 256 * 2 ** 20

/** A part's bytes by its name; undefined where there is none. */
export type Parts = (name: string) => Promise<Uint8Array | undefined>

/** Opens a document; an Error says what is wrong with it. */
export const zipParts = async (bytes: Uint8Array): Promise<Parts> => {
  const { fromBufferPromise, getFileNameLowLevel } = await import("yauzl")
  const entries = new Map<string, Entry>()
  const fail = (cause: unknown): never => {
    const { message } = cause as Error
    throw new Error(`is no whole zip archive: ${message.charAt(0).toLowerCase()}${message.slice(1)}`, { cause })
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const zip = await fromBufferPromise(buffer, { decodeStrings: false }).catch(fail)
  try {
    for await (const entry of zip.eachEntry())
      entries.set(getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false), entry)
  } catch (cause) {
    fail(cause)
  }
  let left = mostBytes
  return async (name) => {
    const entry = entries.get(name)
    if (entry === undefined) return undefined
    if (entry.isEncrypted()) throw new Error(`is encrypted: its part ${name} cannot be read`)
    left -= entry.uncompressedSize
    if (left < 0) throw new Error(`becomes larger than ${mostBytes} bytes`)
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true }).catch(fail)
    const packed = bytes.subarray(fileDataStart, fileDataStart + entry.compressedSize)
    const content = entry.compressionMethod === 0 ? packed : inflated(packed, entry.uncompressedSize, name)
    if (content.length !== entry.uncompressedSize || crc32(content) !== entry.crc32)
      throw new Error(`is damaged: its part ${name} has other bytes than it should have`)
    return content
  }
}

const inflated = (packed: Uint8Array, size: number, name: string): Uint8Array => {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
  } catch (cause) {
    throw new Error(`is damaged: its part ${name} cannot be decompressed`, { cause })
  }
}
