// The licence that files of the project stand under, as they and the files of the folders above them say.
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs"
import { dirname, isAbsolute, join } from "node:path"
import { folderLicence } from "../model/folder-licence.ts"
import { spdxLine } from "../text/licence-text.ts"

/** Comments that name a licence stand at the head of a file. */
const headBytes = 4096

/** The identifier in the head of a file, or in the file `<name>.license` beside it (as reuse.software has it). */
const ownLicence = (path: string): string | undefined => {
  const beside = `${path}.license`
  if (existsSync(beside)) return spdxLine(readFileSync(beside, "utf8"))
  if (!existsSync(path)) return undefined
  const file = openSync(path, "r")
  try {
    const bytes = Buffer.alloc(headBytes)
    return spdxLine(bytes.toString("latin1", 0, readSync(file, bytes, 0, headBytes, 0)))
  } finally {
    closeSync(file)
  }
}

/** Licences by folder, each looked for once. */
export class Licences {
  readonly #root: string
  readonly #known = new Map<string, Promise<string | undefined>>()

  constructor(root: string) {
    this.#root = root
  }

  /**
   * The licence of a file by its path, relative to the root: what its own head says, else the nearest folder below the root
   * that names one. Undefined where none does: the project's own licence is not that of its data.
   */
  async of(path: string): Promise<string | undefined> {
    const file = path.split("!", 1)[0]!
    if (isAbsolute(file) || file.startsWith("..")) return undefined
    return ownLicence(join(this.#root, file)) ?? (await this.#folder(dirname(file)))
  }

  async #folder(folder: string): Promise<string | undefined> {
    if (folder === ".") return undefined
    let found = this.#known.get(folder)
    if (found === undefined) {
      found = folderLicence(join(this.#root, folder)).then((own) => own ?? this.#folder(dirname(folder)))
      this.#known.set(folder, found)
    }
    return found
  }
}
