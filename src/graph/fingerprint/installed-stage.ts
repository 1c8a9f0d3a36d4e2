// A stage that an installed package defines: its functions count by what is installed of the package, and are not read.
import { dirname, relative, sep } from "node:path"
import { digestList } from "./digest.ts"
import type { FingerprintRecord } from "./fingerprint-record.ts"
import type { RecordBuilder } from "./record-builder.ts"
import type { SourceReader } from "./source-reader.ts"
import type { CallSite } from "./stage-fingerprint.ts"

/** The directory of the installed package that a file belongs to; undefined for a file that is nobody's or linked. */
export function packageDirectory(file: string): string | undefined {
  const parts = file.split(sep)
  const at = parts.lastIndexOf("node_modules")
  if (at < 0) return undefined
  return parts.slice(0, at + (parts[at + 1]?.startsWith("@") ? 3 : 2)).join(sep)
}

/** Records of the named functions of a stage that is defined in an installed package or in `compiled`, else undefined. */
export function installedStage(
  site: CallSite,
  functions: ReadonlyArray<string>,
  reader: SourceReader,
  records: RecordBuilder,
  compiled?: string
): { readonly [name: string]: FingerprintRecord } | undefined {
  const file = reader.realPath(site.file)
  const directory = packageDirectory(file) ?? (dirname(file) === compiled ? compiled : undefined)
  if (directory === undefined) return undefined
  const { name, version, digest } = reader.packageFacts(directory)
  const place = [relative(directory, file).split(sep).join("/"), `${site.line}:${site.column}`]
  const record = (property: string): FingerprintRecord =>
    records.everywhere({
      hash: digestList(["installed", name, version, digest, ...place, property]),
      symbols: [],
      packages: [{ package: name, version, digest }],
      assets: [],
      effects: []
    })
  return Object.fromEntries(functions.map((property) => [property, record(property)]))
}
