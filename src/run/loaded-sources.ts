// Hashes every source file that this thread really loads, so that an edit during a run cannot slip in under the old key.
import { createHash } from "node:crypto"
import { registerHooks } from "node:module"
import { fileURLToPath } from "node:url"
import { readFileSync } from "node:fs"

export class LoadedSources {
  readonly #digests = new Map<string, string>()
  #told = 0

  constructor() {
    registerHooks({
      load: (url, context, next) => {
        const loaded = next(url, context)
        if (url.startsWith("file:") && !url.includes("/node_modules/")) this.#note(fileURLToPath(url))
        return loaded
      }
    })
  }

  #note(file: string) {
    this.#digests.set(file, createHash("sha256").update(readFileSync(file)).digest("hex"))
  }

  /** Those loaded since this was last asked: row functions may import more. */
  fresh(): ReadonlyArray<readonly [string, string]> {
    const fresh = [...this.#digests].slice(this.#told)
    this.#told = this.#digests.size
    return fresh
  }

  /** sha256 by file, of what has been loaded so far. */
  digests(): ReadonlyArray<readonly [string, string]> {
    return [...this.#digests]
  }
}
