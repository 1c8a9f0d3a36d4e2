// What was learnt of sources and packages, by content, kept in one file between processes.
import { readChecked, writeChecked } from "./checked-file.ts"
import type { StoredDigests } from "./installed-packages.ts"
import { readModule } from "./module-reader.ts"
import type { ModuleSummary } from "./module-summary.ts"
import { SharedDigests, type StoredDigest } from "./shared-digests.ts"

/** Raised whenever shapes, summaries or the trust in stored digests change. */
const FORMAT = 4
const KEPT_SAVES = 20

interface StoredModule {
  readonly summary: ModuleSummary
  /** How many saves ago the module was last used. */
  readonly age: number
}

interface StoredState {
  readonly format: number
  readonly modules: { readonly [content: string]: StoredModule }
  readonly packages: { readonly [directory: string]: StoredDigest }
}

/** Summaries by content, and digests of packages, kept in one file between processes; the latter in one more for all stores. */
export class SummaryCache {
  readonly packages: StoredDigests = new Map()
  readonly sharedPackages: SharedDigests | undefined
  readonly #file: string | undefined
  readonly #stored = new Map<string, StoredModule>()
  readonly #used = new Map<string, ModuleSummary>()
  #isDirty: boolean
  /** Whether the file that is there cannot be used: it was cut short or changed. */
  readonly isDamaged: boolean
  #packagesBefore = "[]"

  constructor(file: string | undefined, shared?: string) {
    this.#file = file
    this.sharedPackages = shared === undefined ? undefined : new SharedDigests(shared)
    const state = file === undefined ? undefined : readState(file)
    this.isDamaged = state === "damaged"
    this.#isDirty = this.isDamaged
    if (state === undefined || state === "damaged") return
    for (const [content, module] of Object.entries(state.modules)) this.#stored.set(content, module)
    for (const [directory, entry] of Object.entries(state.packages)) this.packages.set(directory, entry)
    this.#packagesBefore = JSON.stringify([...this.packages])
  }

  /** The summary of a source text, parsed only when its content is new. */
  summary(file: string, content: string, source: Uint8Array): ModuleSummary {
    const key = `${content} ${/\.[mc]?ts$/.test(file) ? "ts" : "js"}`
    let summary = this.#used.get(key) ?? this.#stored.get(key)?.summary
    if (!summary) {
      summary = readModule(file, Buffer.from(source).toString("utf8"))
      this.#isDirty = true
    }
    this.#used.set(key, summary)
    return summary
  }

  /** Writes what was learnt, whole or not at all; does nothing when nothing is new. */
  save(): void {
    this.sharedPackages?.save()
    const packages = Object.fromEntries(this.packages)
    if (this.#file === undefined) return
    if (!this.#isDirty && JSON.stringify([...this.packages]) === this.#packagesBefore) return
    const modules: { [content: string]: StoredModule } = {}
    for (const [key, { summary, age }] of this.#stored) if (age < KEPT_SAVES) modules[key] = { summary, age: age + 1 }
    for (const [key, summary] of this.#used) modules[key] = { summary, age: 0 }
    const state: StoredState = { format: FORMAT, modules, packages }
    writeChecked(this.#file, state)
    this.#isDirty = false
    this.#packagesBefore = JSON.stringify([...this.packages])
  }
}

function readState(file: string): StoredState | "damaged" | undefined {
  const state = readChecked(file) as StoredState | "damaged" | undefined
  return state === undefined || state === "damaged" || state.format === FORMAT ? state : undefined
}
