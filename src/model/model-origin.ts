// Who made a model and under which licence, as far as its files say: a GGUF file's metadata, a folder's README and licence.
import { statSync } from "node:fs"
import { join } from "node:path"
import { withFileParts } from "./file-part.ts"
import { folderLicence, readmeHead } from "./folder-licence.ts"
import { readGgufHead } from "./gguf/gguf-file.ts"
import { ggufFile } from "./model-folder.ts"

export interface ModelOrigin {
  readonly name?: string
  readonly organization?: string
  /** As the files spell it, mostly an SPDX identifier. */
  readonly licence?: string
}

type Facts = { readonly get: (name: string) => unknown }

const originOf = (facts: Facts, names: Readonly<Partial<Record<keyof ModelOrigin, string>>>): ModelOrigin => {
  const found = Object.entries(names).flatMap(([key, name]) => {
    const value = facts.get(name)
    return typeof value === "string" && value.trim() !== "" ? [[key, value.trim()] as const] : []
  })
  return Object.fromEntries(found)
}

/** Reads what the model at `path`, a folder or a GGUF file, says of itself; nothing where it says nothing. */
export const modelOrigin = async (path: string): Promise<ModelOrigin> => {
  const gguf = ggufFile(path)
  if (gguf !== undefined) {
    const { metadata } = withFileParts(gguf, readGgufHead)
    const origin = originOf(metadata, {
      name: "general.name",
      organization: "general.organization",
      licence: "general.license"
    })
    const beside = origin.licence === undefined && statSync(path).isDirectory() ? await folderLicence(path) : undefined
    return beside === undefined ? origin : { ...origin, licence: beside }
  }
  const head = await readmeHead(join(path, "README.md"))
  const origin = originOf(head, { name: "model_name", organization: "organization" })
  const licence = await folderLicence(path, head)
  return { ...origin, ...(licence !== undefined && { licence }) }
}
