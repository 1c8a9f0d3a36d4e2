// Who made a model and under which licence, as far as its files say: a GGUF file's metadata, a folder's README.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { withFileParts } from "./file-part.ts"
import { readGgufHead } from "./gguf/gguf-file.ts"
import { ggufFile } from "./model-folder.ts"

export interface ModelOrigin {
  readonly name?: string
  readonly organization?: string
  /** As the files spell it, mostly an SPDX identifier. */
  readonly licence?: string
}

type Facts = { readonly get: (name: string) => unknown }

const originOf = (facts: Facts, names: Readonly<Record<keyof ModelOrigin, string>>): ModelOrigin => {
  const found = Object.entries(names).flatMap(([key, name]) => {
    const value = facts.get(name)
    return typeof value === "string" && value.trim() !== "" ? [[key, value.trim()] as const] : []
  })
  return Object.fromEntries(found)
}

/** The YAML between the first two lines of dashes. */
const readmeFacts = async (path: string): Promise<Facts> => {
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readFileSync(path, "utf8"))
  const { parse } = await import("yaml")
  try {
    const facts: unknown = head === null ? {} : parse(head[1]!)
    return new Map(Object.entries(facts ?? {}))
  } catch {
    return new Map()
  }
}

/** Reads what the model at `path`, a folder or a GGUF file, says of itself; nothing where it says nothing. */
export const modelOrigin = async (path: string): Promise<ModelOrigin> => {
  const gguf = ggufFile(path)
  if (gguf !== undefined) {
    const { metadata } = withFileParts(gguf, readGgufHead)
    return originOf(metadata, {
      name: "general.name",
      organization: "general.organization",
      licence: "general.license"
    })
  }
  const readme = join(path, "README.md")
  if (!existsSync(readme)) return {}
  return originOf(await readmeFacts(readme), { name: "model_name", organization: "organization", licence: "license" })
}
