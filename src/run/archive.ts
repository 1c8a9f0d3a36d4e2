// tar and zip archives as input files: which there are, which members a source reads, and the bytes of each.
import { posix } from "node:path"
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { Store } from "../store/store.ts"
import { keyOf } from "../table/digest.ts"
import { decompress } from "./decompress.ts"
import type { InputFile } from "./listing.ts"
import { tarMembers } from "./tar.ts"
import { digestBeside, readWhole } from "./whole-file.ts"
import { zipMembers } from "./zip.ts"

/** A file in an archive. `read` gives its bytes, or an Error that says why they cannot be had. */
export interface Member {
  readonly name: string
  readonly read: (limit: number, tooLarge: () => Error) => Uint8Array | Promise<Uint8Array>
}

/** What a source says of archives: the members it reads, and the most bytes that these may become, each and in all. */
export interface MemberChoice {
  readonly node: string
  readonly member: string | ReadonlyArray<string>
  readonly limit: number
}

export const memberChoice = ({ name, options }: GraphNode): MemberChoice => ({
  node: name,
  member: options["member"] as MemberChoice["member"],
  limit: options["maxExpandedBytes"] as number
})

const ending = /\.(zip|tar(\.(gz|zst|bz2|xz))?|tgz|tzst|tbz2?|txz)$/i

export const isArchive = (path: string): boolean => ending.test(path)

/** The members of an archive that a source reads, in byte order of their names, by what an earlier look found if it may. */
export const memberFiles = async (
  store: Store,
  archive: InputFile,
  choice: MemberChoice
): Promise<ReadonlyArray<InputFile>> => {
  const key = keyOf(["members", archive.digest, ending.exec(archive.path)![0].toLowerCase(), choice.member])
  const known = store.action<ReadonlyArray<readonly [name: string, digest: string, bytes: number]>>(key)
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
  ...(await opened(archive.absolute, archive.digest, archive.path, choice)).keys()
]

const digested = async (archive: InputFile, choice: MemberChoice) => {
  const members = await opened(archive.absolute, archive.digest, archive.path, choice)
  const patterns = typeof choice.member === "string" ? [choice.member] : choice.member
  const chosen = [...members.keys()]
    .filter((name) => patterns.some((pattern) => posix.matchesGlob(name, pattern)))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const found: Array<readonly [name: string, digest: string, bytes: number]> = []
  let left = choice.limit
  for (const name of chosen) {
    if (isArchive(name)) throw inner(choice.node, archive.path, name)
    const bytes = await contentOf(members.get(name)!, archive.path, choice, left)
    left -= bytes.length
    found.push([name, await digestBeside(bytes as Uint8Array<ArrayBuffer>), bytes.length])
  }
  return found
}

const inner = (node: string, archive: string, name: string): SluiceError =>
  new SluiceError("SLUICE_BAD_INPUT", `${node}: ${archive}!${name} is an archive in an archive, which is not read`, {
    hint: 'unpack it beside the other, or read other members: { member: "**/*.jsonl" }'
  })

/** The bytes of a member that was listed. An archive that is no longer the one that was is an error. */
export const readMember = async (
  absolute: string,
  { name, of, archive }: NonNullable<InputFile["member"]>,
  choice: MemberChoice
): Promise<Uint8Array> =>
  contentOf((await opened(absolute, of, archive, choice)).get(name)!, archive, choice, choice.limit)

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

type Members = ReadonlyMap<string, Member>

/** The archive that was opened last, kept while its members are read one after another. */
let last: { readonly absolute: string; readonly digest: string; readonly members: Promise<Members> } | undefined
let forgetting: NodeJS.Timeout | undefined
const keptFor = 5000

const opened = (absolute: string, digest: string, path: string, choice: MemberChoice): Promise<Members> => {
  if (last?.absolute !== absolute || last.digest !== digest) {
    const members = open(absolute, digest, path, choice)
    last = { absolute, digest, members }
    members.catch(() => {
      last = undefined
    })
  }
  clearTimeout(forgetting)
  forgetting = setTimeout(() => {
    last = undefined
  }, keptFor).unref()
  return last.members
}

const open = async (
  absolute: string,
  digest: string,
  path: string,
  { node, limit }: MemberChoice
): Promise<Members> => {
  const bytes = await readWhole(absolute).catch((cause: NodeJS.ErrnoException) => {
    throw changedInRun(node, path, `it can no longer be read (${cause.code})`)
  })
  if ((await digestBeside(bytes)) !== digest)
    throw changedInRun(node, path, "its bytes are no longer those that were digested")
  const isZip = /\.zip$/i.test(path)
  const plain = isZip ? bytes : await decompress(bytes, path, node, limit)
  try {
    const members = isZip ? await zipMembers(plain) : tarMembers(plain)
    // What comes later in a tar archive replaces what came before; names alone are kept of where a member would be put.
    return new Map(members.map((member) => [plainName(member.name), { ...member, name: plainName(member.name) }]))
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

export const changedInRun = (node: string, path: string, what: string): SluiceError =>
  new SluiceError("SLUICE_CHANGED_DURING_RUN", `${node}: ${path} changed during the run: ${what}`, {
    hint: "run again: finished work is kept"
  })
