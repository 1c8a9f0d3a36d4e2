// Lists a source's input files in byte order of their paths and digests their bytes, trusting old stats where that is safe.
import { globSync, statSync } from "node:fs"
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path"
import { SluiceError } from "../errors.ts"
import type { Store } from "../store/store.ts"
import { isArchive, type MemberChoice, memberFiles, memberNames } from "./archive.ts"
import { StatDigests } from "./stat-digests.ts"
import { digestWhole, readWhole } from "./whole-file.ts"

export interface InputFile {
  /** As rows and errors name it: relative to the project, or to the folder above the pattern where it lies outside. */
  readonly path: string
  readonly absolute: string
  readonly digest: string
  readonly bytes: number
  /** Where the file lies in an archive: its name there, the archive's digest and path. */
  readonly member?: { readonly name: string; readonly of: string; readonly archive: string }
  /** Of a file that alone was read, its bytes: kept until the plan is made. */
  readonly read?: { bytes: Uint8Array | undefined }
}

/** Threads beside this one that hash files, at most. */
export const mostDigestThreads = 4

/** Files read and hashed at the same time. */
const atOnce = 1 + mostDigestThreads

/** From here on it is worth the way to hash a file in another thread. */
const largeBytes = 1 << 23

const statsPath = (storeRoot: string): string => join(storeRoot, "stats.json")

/** Whether a file that an earlier run read has changed since. */
export const hasChangedFiles = (storeRoot: string): boolean => new StatDigests(statsPath(storeRoot)).isAnyOther

/** Digests input files, and keeps the bytes where it had to read one alone: most edits are of one file. */
export class StatCache {
  readonly #digests: StatDigests
  /** Files met that are new or have other bytes than they had. */
  news = 0
  /** Files of a listing that had to be read, and the first of them. */
  #read = 0
  #first: { readonly absolute: string; readonly bytes: Uint8Array } | undefined
  /** Called when the first file is met whose stat is new. */
  readonly #meets: () => void
  #met = false
  readonly #beside: typeof digestWhole

  /**
   * `damaged` is told where the file that is there cannot be used, `meets` when the first file is met whose stat is new;
   * `beside` digests where many large files are new.
   */
  constructor(
    storeRoot: string,
    damaged: (path: string, what: string) => void = () => {},
    meets = () => {},
    beside = digestWhole
  ) {
    this.#meets = meets
    this.#beside = beside
    this.#digests = new StatDigests(statsPath(storeRoot), damaged)
  }

  async digest(absolute: string): Promise<Pick<InputFile, "digest" | "bytes">> {
    const seen = Date.now()
    const stat = statSync(absolute)
    const known = this.#digests.of(absolute, stat)
    if (known !== undefined) return { digest: known, bytes: stat.size }
    if (!this.#met) this.#meets()
    this.#met = true
    this.#read++
    const whole = stat.size < largeBytes ? digestWhole : this.#beside
    const { size, digest } = this.#read > 1 ? await whole(absolute) : await this.#kept(absolute)
    if (this.#digests.before(absolute) !== digest) this.news++
    this.#digests.set(absolute, stat, seen, digest)
    return { digest, bytes: size }
  }

  async #kept(absolute: string) {
    const { bytes, digest } = await readWhole(absolute)
    this.#first = { absolute, bytes }
    return { size: bytes.length, digest }
  }

  /** The files; if one alone had to be read, with its bytes. */
  withRead(files: ReadonlyArray<InputFile>): ReadonlyArray<InputFile> {
    const only = this.#read === 1 ? this.#first : undefined
    this.#first = undefined
    this.#read = 0
    return files.map((file) =>
      file.absolute === only?.absolute && file.member === undefined ? { ...file, read: { bytes: only.bytes } } : file
    )
  }

  save(): void {
    this.#digests.save()
  }
}

const magic = /[*?[{]/

/**
 * The files of some patterns: a path, a folder (all files below it) or a glob, relative to the project's root. An archive
 * stands for those of its members that are chosen.
 */
export const listFiles = async (
  root: string,
  patterns: string | ReadonlyArray<string>,
  stats: StatCache,
  store: Store,
  choice: MemberChoice
): Promise<ReadonlyArray<InputFile>> => {
  const { node } = choice
  const found = new Map<string, string>()
  for (const pattern of typeof patterns === "string" ? [patterns] : patterns) {
    const matches = expandPattern(root, pattern)
    if (matches.length === 0)
      throw new SluiceError("SLUICE_NO_INPUT", `${node}: no file matches "${pattern}"`, {
        evidence: [`looked in ${resolve(root)}`],
        hint: "check the path; globs like data/*.jsonl are relative to the project's folder"
      })
    for (const absolute of matches) {
      const path = displayPath(root, pattern, absolute)
      if (!found.has(path)) found.set(path, absolute)
    }
  }
  const paths = [...found].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const files: Array<InputFile> = []
  let next = 0
  const digestSome = async () => {
    while (next < paths.length) {
      const at = next++
      const [path, absolute] = paths[at]!
      const digested = await stats.digest(absolute).catch((cause: NodeJS.ErrnoException) => {
        throw cause.syscall === undefined ? cause : unreadable(node, path, cause)
      })
      files[at] = { path, absolute, ...digested }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, digestSome))
  const listed = stats.withRead(files)
  return files.some(({ path }) => isArchive(path)) ? withMembers(listed, store, choice) : listed
}

/** The files, each archive replaced by its members. */
const withMembers = async (
  files: ReadonlyArray<InputFile>,
  store: Store,
  choice: MemberChoice
): Promise<ReadonlyArray<InputFile>> => {
  const listed: Array<InputFile> = []
  for (const file of files)
    if (isArchive(file.path)) listed.push(...(await memberFiles(store, file, choice)))
    else listed.push(file)
  if (listed.length > 0) return listed
  const names = (await memberNames(files[0]!, choice)).slice(0, 3)
  const patterns = typeof choice.member === "string" ? [choice.member] : choice.member
  throw new SluiceError(
    "SLUICE_NO_INPUT",
    `${choice.node}: no member of ${files[0]!.path}${files.length > 1 ? " and the other archives" : ""} matches ${patterns.map((one) => `"${one}"`).join(", ")}`,
    {
      evidence: [names.length === 0 ? "it has no files" : `it has ${names.join(", ")} …`],
      hint: 'name the members that are to be read: { member: "**/*.jsonl" }'
    }
  )
}

const expandPattern = (root: string, pattern: string): ReadonlyArray<string> => {
  const absolute = isAbsolute(pattern) ? pattern : join(root, pattern)
  const stat = magic.test(pattern) ? undefined : statSync(absolute, { throwIfNoEntry: false })
  if (stat?.isFile()) return [absolute]
  const glob = stat?.isDirectory() ? join(absolute, "**/*") : absolute
  return globSync(glob).filter(isFile)
}

/** Links that lead nowhere, or to themselves, are no files. */
const isFile = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ELOOP") return false
    throw cause
  }
}

const unreadable = (node: string, path: string, cause: NodeJS.ErrnoException): SluiceError =>
  new SluiceError("SLUICE_BAD_INPUT", `${node}: ${path} cannot be read (${cause.code})`, {
    hint: "make it readable, or leave it out of the path",
    cause
  })

const displayPath = (root: string, pattern: string, absolute: string): string => {
  const inside = relative(resolve(root), absolute)
  if (!inside.startsWith("..") && !isAbsolute(inside)) return inside.split(sep).join("/")
  const fixed = pattern.split(/[\\/]/)
  const end = fixed.findIndex((part) => magic.test(part))
  const base = resolve(root, (end < 0 ? fixed : fixed.slice(0, end)).join("/") || "/")
  return join(basename(base), relative(base, absolute)).split(sep).join("/")
}
