// The licence that files of the project stand under, as the nearest package.json above each says.
import { existsSync, readFileSync } from "node:fs"
import { dirname, isAbsolute, join } from "node:path"

const licenceIn = (folder: string): string | undefined => {
  const path = join(folder, "package.json")
  if (!existsSync(path)) return undefined
  try {
    const { license } = JSON.parse(readFileSync(path, "utf8")) as { readonly license?: unknown }
    const type = typeof license === "object" && license !== null ? (license as { type?: unknown }).type : license
    return typeof type === "string" && type !== "" ? type : undefined
  } catch {
    return undefined
  }
}

/** Licences by folder, each looked for once. */
export class Licences {
  readonly #root: string
  readonly #known = new Map<string, string | undefined>()

  constructor(root: string) {
    this.#root = root
  }

  /** The licence of a file by its path, relative to the root; undefined where no package.json below the root names one. */
  of(path: string): string | undefined {
    const file = path.split("!", 1)[0]!
    return isAbsolute(file) || file.startsWith("..") ? undefined : this.#folder(dirname(file))
  }

  #folder(folder: string): string | undefined {
    if (folder === ".") return undefined
    if (!this.#known.has(folder)) {
      this.#known.set(folder, licenceIn(join(this.#root, folder)) ?? this.#folder(dirname(folder)))
    }
    return this.#known.get(folder)
  }
}
