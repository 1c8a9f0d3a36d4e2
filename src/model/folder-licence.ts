// The licence that a folder's own files name: the head of its README, package.json, licence files.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { licenceOf } from "../text/licence-text.ts"

/** The fields between the first two lines of dashes of a README; none where it has no head. */
export const readmeHead = async (path: string): Promise<ReadonlyMap<string, unknown>> => {
  const head = existsSync(path) ? /^---\r?\n([\s\S]*?)\r?\n---/.exec(readFileSync(path, "utf8")) : null
  if (head === null) return new Map()
  const { parse } = await import("yaml")
  try {
    return new Map(Object.entries((parse(head[1]!) as object | null) ?? {}))
  } catch {
    return new Map()
  }
}

const texts = (value: unknown): readonly string[] =>
  [value].flat().filter((one): one is string => typeof one === "string" && one.trim() !== "")

/** `license`, or for "other" the name it has beside it; of a list all. */
const inReadme = (head: ReadonlyMap<string, unknown>): string | undefined => {
  const named = texts(head.get("license"))
  const [own] = texts(head.get("license_name"))
  if (named.length === 1 && named[0] === "other" && own !== undefined) return own
  return named.length === 0 ? undefined : named.map((one) => one.trim()).join(", ")
}

const inFile = (path: string): string | undefined =>
  existsSync(path) ? licenceOf(readFileSync(path, "utf8")) : undefined

const inPackage = (folder: string): string | undefined => {
  const path = join(folder, "package.json")
  if (!existsSync(path)) return undefined
  try {
    const { license } = JSON.parse(readFileSync(path, "utf8")) as { readonly license?: unknown }
    const type = typeof license === "object" && license !== null ? (license as { type?: unknown }).type : license
    if (typeof type !== "string" || type === "") return undefined
    const other = /^SEE LICEN[CS]E IN (.+)$/i.exec(type)
    return other === null ? type : (inFile(join(folder, other[1]!)) ?? type)
  } catch {
    return undefined
  }
}

const licenceFile = /^(?:un)?(?:licen[cs]e|copying)(?:[.-][\w.-]+)?$/i

/** The licences that the texts beside it are, each once, in the order of their names. */
const inTexts = (folder: string): string | undefined => {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && licenceFile.test(entry.name))
    .map(({ name }) => name)
    .sort()
  const found = new Set(names.flatMap((name) => inFile(join(folder, name)) ?? []))
  return found.size === 0 ? undefined : [...found].join(", ")
}

/**
 * What the files of `folder` itself say: the head of README.md, else package.json, else files named LICENSE, LICENCE,
 * COPYING or UNLICENSE. Spelt as they spell it; mostly an SPDX identifier. Undefined where they say nothing. `readme` is the
 * head of the README where it has been read.
 */
export const folderLicence = async (
  folder: string,
  readme?: ReadonlyMap<string, unknown>
): Promise<string | undefined> => {
  if (!existsSync(folder)) return undefined
  return inReadme(readme ?? (await readmeHead(join(folder, "README.md")))) ?? inPackage(folder) ?? inTexts(folder)
}
