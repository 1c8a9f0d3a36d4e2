// The files of one fingerprinter: each read once, its summary taken from the cache by content where there is one.
import { digest } from "./digest.ts"
import type { ModuleSummary } from "./module-summary.ts"
import type { SourceReader } from "./source-reader.ts"
import type { SummaryCache } from "./summary-cache.ts"

/** The files of one consistent reading. */
export class ModuleStore {
  readonly files = new Map<string, string>()
  readonly #reader: SourceReader
  readonly #cache: SummaryCache
  readonly #summaries = new Map<string, ModuleSummary>()
  readonly #assets = new Map<string, string | undefined>()

  constructor(reader: SourceReader, cache: SummaryCache) {
    this.#reader = reader
    this.#cache = cache
  }

  /** The summary of a source file, or undefined when it cannot be read. */
  summary(file: string): ModuleSummary | undefined {
    let summary = this.#summaries.get(file)
    if (!summary) {
      const bytes = this.#reader.read(file)
      if (!bytes) return undefined
      const content = digest(bytes)
      this.files.set(file, content)
      summary = this.#cache.summary(file, content, bytes)
      this.#summaries.set(file, summary)
    }
    return summary
  }

  /** The digest of a file that counts by its bytes, or undefined when it cannot be read. */
  asset(file: string): string | undefined {
    if (!this.#assets.has(file)) {
      const bytes = this.#reader.read(file)
      const content = bytes && digest(bytes)
      if (content !== undefined) this.files.set(file, content)
      this.#assets.set(file, content)
    }
    return this.#assets.get(file)
  }

  /** An asset whose bytes are no longer those that were read. */
  changedAsset(): string | undefined {
    for (const [file, content] of this.#assets) {
      const bytes = this.#reader.read(file)
      if ((bytes && digest(bytes)) !== content) return file
    }
    return undefined
  }
}
