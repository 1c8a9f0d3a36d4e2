// zip archives: the directory by a library, loaded where one is read; each member undone by itself and held to its checksum.
/// <reference path="../yauzl.d.ts" />
import { crc32, inflateRawSync } from "node:zlib"
import type { Entry, ZipFile } from "yauzl"
import type { Member } from "./archive.ts"
import { bunzip2 } from "./bzip2.ts"
import { unxz } from "./xz.ts"
import { unzstd } from "./zstd.ts"

type Undo = (bytes: Uint8Array, limit: number, tooLarge: () => Error) => Uint8Array | Promise<Uint8Array>

/** How members are compressed, by the numbers of the format. */
const methods: { readonly [method: number]: Undo } = {
  0: (bytes) => bytes,
  8: (bytes, limit) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, limit) }),
  12: bunzip2,
  93: unzstd,
  95: unxz
}

/** The names of methods that are met and not read. */
const unread: { readonly [method: number]: string } = { 9: "Deflate64", 14: "LZMA", 98: "PPMd" }

const unixLink = 0o120000

/** Files in the order of the directory; folders and links are passed over. */
export const zipMembers = async (bytes: Uint8Array): Promise<ReadonlyArray<Member>> => {
  const { fromBufferPromise, getFileNameLowLevel } = await import("yauzl")
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const members: Array<Member> = []
  try {
    const zip = await fromBufferPromise(buffer, { decodeStrings: false })
    for await (const entry of zip.eachEntry()) {
      const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)
      const mode = entry.versionMadeBy >> 8 === 3 ? entry.externalFileAttributes >>> 16 : 0
      if (name.endsWith("/") || (mode & 0o170000) === unixLink) continue
      members.push({ name, read: (limit, tooLarge) => contentOf(zip, entry, buffer, limit, tooLarge) })
    }
  } catch (cause) {
    throw new Error(`is no zip archive, or a damaged one: ${lowerFirst((cause as Error).message)}`, { cause })
  }
  return members
}

const contentOf = async (
  zip: ZipFile,
  entry: Entry,
  bytes: Uint8Array,
  limit: number,
  tooLarge: () => Error
): Promise<Uint8Array> => {
  if (entry.isEncrypted()) throw new Error("is encrypted, which is not read")
  const undo = methods[entry.compressionMethod]
  if (undo === undefined) {
    const name = unread[entry.compressionMethod] ?? `method ${entry.compressionMethod}`
    throw new Error(`is compressed by ${name}, which is not read`)
  }
  const told = entry.uncompressedSize
  if (told > limit) throw tooLarge()
  const content = await undone(zip, entry, bytes, undo)
  if (content.length !== told || crc32(content) !== entry.crc32) throw otherBytes()
  return content
}

const otherBytes = () => new Error("is damaged: its bytes are not those that the archive's directory tells of")

/** What a member becomes, up to the size that the directory tells. */
const undone = async (zip: ZipFile, entry: Entry, bytes: Uint8Array, undo: Undo): Promise<Uint8Array> => {
  const tooLong = otherBytes()
  try {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
    const packed = bytes.subarray(fileDataStart, fileDataStart + entry.compressedSize)
    return await undo(packed, entry.uncompressedSize, () => tooLong)
  } catch (cause) {
    if (cause === tooLong || (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLong
    throw new Error(`is damaged: ${lowerFirst((cause as Error).message)}`, { cause })
  }
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
