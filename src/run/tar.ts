// tar archives: where each file's bytes lie, by the headers of POSIX (ustar, pax), GNU and v7, sparse ones too; damage is told with its byte.

import type { Member } from "./archive.ts"
import { gnuMap, paxMap, type Sparse, unsparse } from "./tar-sparse.ts"

const block = 512

/** Files in the order of the archive; folders, links to names and devices are passed over, a hard link is the file it names. */
export const tarMembers = (bytes: Uint8Array): ReadonlyArray<Member> => {
  const members: Array<Member> = []
  const byName = new Map<string, Member>()
  const all: { [key: string]: string } = {}
  let own: { [key: string]: string } = {}
  let at = 0
  for (;;) {
    if (at + block > bytes.length)
      throw new Error(`is a tar archive cut short: it ends at byte ${bytes.length}, without its end mark`)
    const header = Buffer.from(bytes.buffer, bytes.byteOffset + at, block)
    if (header.every((byte) => byte === 0)) return members
    checkSum(header, at)
    const type = String.fromCharCode(header[156]!)
    const facts: { readonly [key: string]: string } = { ...all, ...own }
    const size =
      facts["size"] === undefined || /[xgLK]/.test(type) ? numberAt(bytes, at + 124, at) : Number(facts["size"])
    const name = facts["path"] ?? nameOf(header)
    const sparse = type === "S" ? gnuMap(bytes, at, (place) => numberAt(bytes, place, at)) : undefined
    const start = at + block + (sparse?.more ?? 0)
    const end = start + size
    if (end > bytes.length) {
      const of = /[xgLK]/.test(type) ? "" : `in "${name}", `
      throw new Error(`is a tar archive cut short: it ends at byte ${bytes.length}, ${of}where ${end} should be`)
    }
    const content = bytes.subarray(start, end)
    at = start + Math.ceil(size / block) * block
    if (type === "g") Object.assign(all, paxRecords(content, start))
    else if (type === "x") own = { ...own, ...paxRecords(content, start) }
    else if (type === "L") own = { ...own, path: text(content) }
    else if (type === "K") own = { ...own, linkpath: text(content) }
    else {
      const stored = sparse === undefined ? content : { size: sparse.size, map: sparse.map, stored: content }
      const member = memberOf(type, name, facts, header, stored, byName)
      own = {}
      if (member === undefined) continue
      members.push(member)
      byName.set(name, member)
    }
  }
}

const memberOf = (
  type: string,
  name: string,
  facts: { readonly [key: string]: string },
  header: Buffer,
  stored: Uint8Array | Sparse,
  earlier: ReadonlyMap<string, Member>
): Member | undefined => {
  if (type === "1") {
    const target = facts["linkpath"] ?? text(header.subarray(157, 257))
    const read = earlier.get(target)?.read
    return { name, read: read ?? refusal(`is a link to "${target}", which stands nowhere before it`) }
  }
  if (type === "M") return { name, read: refusal("goes on from another volume of the archive") }
  if (!/[0\x007S]/.test(type) || name.endsWith("/")) return undefined
  const isSparse = Object.keys(facts).some((key) => key.startsWith("GNU.sparse."))
  return {
    name: facts["GNU.sparse.name"] ?? name,
    read: (limit, tooLarge) => {
      const content = isSparse ? paxMap(facts, stored as Uint8Array) : stored
      if ((content instanceof Uint8Array ? content.length : content.size) > limit) throw tooLarge()
      return content instanceof Uint8Array ? content : unsparse(content)
    }
  }
}

const refusal = (message: string) => (): never => {
  throw new Error(message)
}

const text = (field: Uint8Array): string => {
  const end = field.indexOf(0)
  return Buffer.from(end === -1 ? field : field.subarray(0, end)).toString("utf8")
}

/** POSIX's header has a second field for the folders; GNU's has times in its place. */
const nameOf = (header: Buffer): string => {
  const name = text(header.subarray(0, 100))
  const isPosix = header.toString("latin1", 257, 263) === "ustar\0"
  const folder = isPosix ? text(header.subarray(345, 500)) : ""
  return folder === "" ? name : `${folder}/${name}`
}

/** A number in octal digits or, where its first bit is set, in base 256. */
const numberAt = (bytes: Uint8Array, offset: number, at: number): number => {
  const field = Buffer.from(bytes.buffer, bytes.byteOffset + offset, 12)
  if (field[0]! >= 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, field[0]! & 0x7f)
    if (Number.isSafeInteger(value)) return value
  } else {
    const digits = /^[\s\0]*([0-7]*)[\s\0]*$/.exec(field.toString("latin1"))
    if (digits !== null) return digits[1] === "" ? 0 : Number.parseInt(digits[1]!, 8)
  }
  throw new Error(`is no tar archive, or a damaged one: a size in its header at byte ${at} is no number`)
}

/** The sum of a header's bytes, its own digits counted as spaces; some old writers summed signed bytes. */
const checkSum = (header: Buffer, at: number): void => {
  const digits = /[0-7]+/.exec(header.toString("latin1", 148, 156))
  let [plain, signed] = [0, 0]
  for (let i = 0; i < block; i++) {
    const byte = i >= 148 && i < 156 ? 32 : header[i]!
    plain += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  const sum = digits === null ? -1 : Number.parseInt(digits[0], 8)
  if (sum !== plain && sum !== signed)
    throw new Error(
      at === 0
        ? "is no tar archive: it does not begin with a header"
        : `is a damaged tar archive: the checksum of its header at byte ${at} is wrong`
    )
}

/** Records `length key=value` and a line feed, the length in bytes and of all of it. */
const paxRecords = (bytes: Uint8Array, start: number): { readonly [key: string]: string } => {
  const found: { [key: string]: string } = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at)
    const length = Number(Buffer.from(bytes.subarray(at, Math.max(at, space))).toString("latin1"))
    const equals = bytes.indexOf(61, space)
    const end = at + length
    if (space === -1 || equals === -1 || !(length > 0) || equals >= end || bytes[end - 1] !== 10)
      throw new Error(`is a damaged tar archive: its extended header at byte ${start + at} cannot be read`)
    const key = Buffer.from(bytes.subarray(space + 1, equals)).toString("utf8")
    const value = Buffer.from(bytes.subarray(equals + 1, end - 1)).toString("utf8")
    // The oldest maps of sparse files say each piece by two records of their own.
    if (key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes") {
      const map = found["GNU.sparse.map"]
      found["GNU.sparse.map"] = map === undefined ? value : `${map},${value}`
    } else found[key] = value
    at = end
  }
  return found
}
