// The code fingerprint: every piece of code that can change what a stage computes, found by reading it, and nothing else.
import { isAbsolute, join } from "node:path"
import type { FingerprintRecord } from "./fingerprint-record.ts"
import { installedStage } from "./installed-stage.ts"
import { Linker, placeOf } from "./linker.ts"
import { LoadOrder } from "./load-order.ts"
import { ModuleStore } from "./module-store.ts"
import { RecordBuilder } from "./record-builder.ts"
import { DiskReader, type SourceReader } from "./source-reader.ts"
import { type CallSite, type StageFingerprint, StageReader } from "./stage-fingerprint.ts"
import { SummaryCache } from "./summary-cache.ts"
import { Surroundings } from "./surroundings.ts"

export { FingerprintError } from "./fingerprint-error.ts"
export { diffRecords, type FingerprintRecord, type SymbolRecord } from "./fingerprint-record.ts"
export type { Resolution, SourceReader } from "./source-reader.ts"
export type { CallSite, StageFingerprint } from "./stage-fingerprint.ts"

export interface FingerprinterOptions {
  /** The project's directory; records name files relative to it. */
  readonly root: string
  /** The authoring API: module specifiers as the project writes them, or absolute files. */
  readonly boundaries: ReadonlyArray<string>
  /** The folder of a package's compiled modules, which count whole as an installed package does, where it is linked, too. */
  readonly compiled?: string | undefined
  /** The pipeline's file: what loading it does counts for every stage that could notice. */
  readonly entry?: string
  /** Where parsed modules are kept between processes. */
  readonly cacheFile?: string
  /** Where digests of packages are kept for all stores. */
  readonly packagesFile?: string | undefined
  /** Another way to read sources than from the disk. */
  readonly reader?: SourceReader
}

export interface Fingerprinter {
  /** The fingerprint of the stage defined at the place; throws a FingerprintError. */
  stage(site: CallSite): StageFingerprint
  /** The named functions of a stage that is defined in an installed package, which counts whole; undefined elsewhere. */
  installed(
    site: CallSite,
    functions: ReadonlyArray<string>
  ): { readonly [name: string]: FingerprintRecord } | undefined
  /** Every file read so far, with the sha256 of its content. */
  files(): ReadonlyMap<string, string>
  /** An asset or a package that is no longer what it was when it was read; undefined while all are. */
  changed(): string | undefined
  /** Whether there was a cache file that could not be used: it was cut short or changed. */
  readonly isCacheDamaged: boolean
  /** Writes the cache file, when there is one and something new was learnt. */
  save(): void
}

/** Makes a fingerprinter: one consistent reading of a project's sources, in which each file is read once. */
export function makeFingerprinter(options: FingerprinterOptions): Fingerprinter {
  const cache = new SummaryCache(options.cacheFile, options.packagesFile)
  const reader = options.reader ?? new DiskReader(cache.packages, options.compiled, cache.sharedPackages)
  const root = reader.realPath(options.root)
  const store = new ModuleStore(reader, cache)
  const boundaries = new Map<string, string>()
  for (const [index, boundary] of options.boundaries.entries()) {
    const place = isAbsolute(boundary)
      ? reader.realPath(boundary)
      : placeOf(reader.resolve(join(root, "package.json"), boundary))
    const label = isAbsolute(boundary) ? `boundary ${index}` : boundary
    if (place !== undefined && !boundaries.has(place)) boundaries.set(place, label)
  }
  const linker = new Linker({ root, reader, store, boundaries })
  const order = new LoadOrder(linker, reader)
  const entry = options.entry === undefined ? undefined : reader.realPath(options.entry)
  const surroundings = entry === undefined ? undefined : new Surroundings(linker, order, entry)
  const records = new RecordBuilder(linker, order, surroundings)
  const stages = new StageReader(linker, records, reader)
  return {
    stage: (site) => stages.stage(site),
    installed: (site, functions) => installedStage(site, functions, reader, records, options.compiled),
    files: () => store.files,
    changed: () => store.changedAsset() ?? reader.changedPackage(),
    isCacheDamaged: cache.isDamaged,
    save: () => cache.save()
  }
}
