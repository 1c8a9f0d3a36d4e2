// Where a model that is an option lies, and what it is: a folder's files with their digests, for the engine to open.
import { keyOf } from "../table/digest.ts"

export interface ModelFile {
  /** Below the folder, with slashes. */
  readonly path: string
  /** sha256 of its bytes. */
  readonly digest: string
}

export interface ModelSource {
  readonly folder: string
  /** Of all files: the model's identity, wherever it lies. */
  readonly digest: string
  readonly files: ReadonlyArray<ModelFile>
  /** The file, where it was named itself and not a folder. */
  readonly file?: string
}

/** A model's source from the files that were found in a folder, in order of their names. */
export const modelSource = (folder: string, files: ReadonlyArray<ModelFile>): ModelSource => ({
  folder,
  digest: keyOf(files.map(({ path, digest }) => [path, digest])),
  files
})

/** Files that say how text becomes tokens, of a model or of the one that an adapter's folder keeps. */
const tokenizerFile = /^(base\/)?(tokenizer\.json|tokenizer_config\.json|chat_template\.jinja|adapter_config\.json)$/

/** The part of a model that an option asks for: `tokenizer` is its tokenizer's files, or all where it has none of their names. */
export const partOf = (source: ModelSource, part: "tokenizer" | undefined): ModelSource => {
  if (part === undefined || source.file !== undefined) return source
  const files = source.files.filter(({ path }) => tokenizerFile.test(path))
  return files.length === 0 ? source : modelSource(source.folder, files)
}
