// tar and zip archives as input files: which there are, which members a source reads, and the bytes of each.
import { posix } from "node:path"
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { Store } from "../store/store.ts"
import { keyOf, sha256 } from "../table/digest.ts"
import { decompress } from "./decompress.ts"
import type { InputFile } from "./listing.ts"
import { isMeant, mayHold } from "./member-pattern.ts"
import { tarMembers } from "./tar.ts"
import { type ReadBuffer, readWhole } from "./whole-file.ts"
import { zipMembers } from "./zip.ts"

/** A file in an archive. `read` gives its bytes, or an Error that says why they cannot be had. */
export interface Member {
  readonly name: string
  readonly read: (limit: number, tooLarge: () => Error) => Uint8Array | Promise<Uint8Array>
}

/**
 * What a source says of archives: the members it reads, the most bytes that these may become, each and in all, and how many
 * archives may lie in one another.
 */
export interface MemberChoice {
  readonly node: string
  readonly member: string | ReadonlyArray<string>
  readonly limit: number
  readonly depth: number
}

export const memberChoice = ({ name, options }: GraphNode): MemberChoice => ({
  node: name,
  member: options["member"] as MemberChoice["member"],
  limit: options["maxExpandedBytes"] as number,
  depth: options["maxArchiveDepth"] as number
})

/** A member that was found. */
type Found = readonly [name: string, digest: string, bytes: number]

const ending = /\.(zip|tar(\.(gz|zst|bz2|xz))?|tgz|tzst|tbz2?|txz)$/i

export const isArchive = (path: string): boolean => ending.test(path)

/** The members of an archive that a source reads, in byte order of their names, by what an earlier look found if it may. */
export const memberFiles = async (
  store: Store,
  archive: InputFile,
  choice: MemberChoice
): Promise<ReadonlyArray<InputFile>> => {
  const key = keyOf(["members", "inner", archive.digest, ending.exec(archive.path)![0].toLowerCase(), choice.member])
  const known = store.action<ReadonlyArray<Found>>(key)
  const found = known ?? (await digested(archive, choice))
  if (known === undefined) store.putAction(key, found)
  return found.map(([name, digest, bytes]) => ({
    path: `${archive.path}!${name}`,
    absolute: archive.absolute,
    digest,
    bytes,
    member: { name, of: archive.digest, archive: archive.path }
  }))
}

/** Names of an archive's members, as evidence where none is read. */
export const memberNames = async (archive: InputFile, choice: MemberChoice): Promise<ReadonlyArray<string>> => [
  ...(await opened(archive.absolute, archive.digest, archive.path, choice)).members.keys()
]

/** The chosen members of an archive and of those in it, with what is left of the bytes that they may become together. */
const digested = async (archive: InputFile, choice: MemberChoice): Promise<ReadonlyArray<Found>> => {
  const patterns = typeof choice.member === "string" ? [choice.member] : choice.member
  const found: Array<Found> = []
  let left = choice.limit
  const look = async (of: Archive, above: string, depth: number): Promise<void> => {
    for (const [name, member] of of.members) {
      const full = above + name
      if (isArchive(name)) {
        if (!mayHold(full, patterns)) continue
        if (depth >= choice.depth) throw tooDeep(choice, archive.path, full)
        const inner = await openInner(of, member, choice, left)
        left -= inner.bytes
        await look(inner, `${full}!`, depth + 1)
      } else if (isMeant(full, patterns)) {
        const bytes = await contentOf(member, of.path, choice, left)
        left -= bytes.length
        found.push([full, sha256(bytes), bytes.length])
      }
    }
  }
  await look(await opened(archive.absolute, archive.digest, archive.path, choice), "", 1)
  return found.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

const tooDeep = ({ node, depth }: MemberChoice, archive: string, name: string): SluiceError =>
  new SluiceError("SLUICE_BAD_INPUT", `${node}: ${archive}!${name} lies deeper than ${depth} archives in one another`, {
    hint: "unpack it beside the other, name the members that are to be read, or raise maxArchiveDepth of the source"
  })

/** The bytes of a member that was listed. An archive that is no longer the one that was is an error. */
export const readMember = async (
  absolute: string,
  { name, of, archive }: NonNullable<InputFile["member"]>,
  choice: MemberChoice
): Promise<Uint8Array> => {
  let open = await opened(absolute, of, archive, choice)
  let rest = name
  for (let mark = rest.indexOf("!"); mark !== -1 && !open.members.has(rest); mark = rest.indexOf("!", mark + 1)) {
    const outer = open.members.get(rest.slice(0, mark))
    if (outer === undefined || !isArchive(outer.name)) continue
    open = await openInner(open, outer, choice, choice.limit)
    rest = rest.slice(mark + 1)
    mark = -1
  }
  return contentOf(open.members.get(rest)!, open.path, choice, choice.limit)
}

const contentOf = async (member: Member, archive: string, { node, limit }: MemberChoice, left: number) => {
  const tooLarge = () =>
    new SluiceError(
      "SLUICE_BAD_INPUT",
      left < limit
        ? `${node}: the members of ${archive} become larger than ${limit} bytes together`
        : `${node}: ${archive}!${member.name} becomes larger than ${limit} bytes`,
      {
        hint: "split the archive, name fewer members, or raise maxExpandedBytes of the source where they are what they should be"
      }
    )
  try {
    return await member.read(left, tooLarge)
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw new SluiceError("SLUICE_BAD_INPUT", `${node}: ${archive}!${member.name} ${(cause as Error).message}`, {
      hint: 'fetch or pack the archive again, or read others of its members: { member: "**/*.jsonl" }',
      cause
    })
  }
}

/** An archive that is open. */
interface Archive {
  readonly path: string
  /** Bytes that are in memory for it. */
  readonly bytes: number
  readonly members: ReadonlyMap<string, Member>
  /** The archive in it that was opened last: the members of one are read one after another. */
  inner?: { readonly name: string; readonly archive: Promise<Archive> }
}

/** The archive that was opened last, kept while its members are read one after another. */
let last: { readonly absolute: string; readonly digest: string; readonly archive: Promise<Archive> } | undefined
let forgetting: NodeJS.Timeout | undefined
const keptFor = 5000

const opened = (absolute: string, digest: string, path: string, choice: MemberChoice): Promise<Archive> => {
  if (last?.absolute !== absolute || last.digest !== digest) {
    const archive = open(absolute, digest, path, choice)
    last = { absolute, digest, archive }
    archive.catch(() => {
      last = undefined
    })
  }
  clearTimeout(forgetting)
  forgetting = setTimeout(() => {
    last = undefined
  }, keptFor).unref()
  return last.archive
}

const open = async (
  absolute: string,
  digest: string,
  path: string,
  { node, limit }: MemberChoice
): Promise<Archive> => {
  const bytes = await readUnchanged(node, { path, absolute, digest })
  return archiveOf(bytes, path, node, limit)
}

const openInner = (of: Archive, member: Member, choice: MemberChoice, left: number): Promise<Archive> => {
  if (of.inner?.name !== member.name) {
    const archive = contentOf(member, of.path, choice, left).then((bytes) =>
      archiveOf(bytes, `${of.path}!${member.name}`, choice.node, left)
    )
    of.inner = { name: member.name, archive }
    archive.catch(() => {
      delete of.inner
    })
  }
  return of.inner.archive
}

const archiveOf = async (bytes: Uint8Array, path: string, node: string, limit: number): Promise<Archive> => {
  const isZip = /\.zip$/i.test(path)
  const plain = isZip ? bytes : await decompress(bytes, path, node, limit)
  try {
    const members = isZip ? await zipMembers(plain) : tarMembers(plain)
    // What comes later in a tar archive replaces what came before; names alone are kept of where a member would be put.
    const named = members.map(({ name, read }): Member => ({ name: plainName(name), read }))
    return { path, bytes: plain.length, members: new Map(named.map((member) => [member.name, member])) }
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw new SluiceError("SLUICE_BAD_INPUT", `${node}: ${path} ${(cause as Error).message}`, {
      evidence: [`${bytes.length} bytes were read`],
      hint: "fetch or pack the archive again",
      cause
    })
  }
}

/** A name without the ways out of a folder: no root, no drive, no `..`. */
const plainName = (name: string): string =>
  posix
    .normalize(name.replaceAll("\\", "/").replace(/^[A-Za-z]:/, ""))
    .split("/")
    .filter((part) => part !== "" && part !== "." && part !== "..")
    .join("/")

/** The bytes of an input file of a source, which must be those that were digested; in `buffer` until that is used again. */
export const readUnchanged = async (
  node: string,
  { path, absolute, digest }: Pick<InputFile, "path" | "absolute" | "digest">,
  buffer?: ReadBuffer
): Promise<Uint8Array> => {
  const whole = await readWhole(absolute, buffer).catch((cause: NodeJS.ErrnoException) => {
    throw changedInRun(node, path, `it can no longer be read (${cause.code})`)
  })
  if (whole.digest !== digest) throw changedInRun(node, path, "its bytes are no longer those that were digested")
  return whole.bytes
}

/** The error of an input file that is no longer what the run planned with. */
export const changedInRun = (node: string, path: string, what: string): SluiceError =>
  new SluiceError("SLUICE_CHANGED_DURING_RUN", `${node}: ${path} changed during the run: ${what}`, {
    hint: "run again: finished work is kept"
  })
