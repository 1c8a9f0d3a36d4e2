// From a call site to the fingerprint of the stage defined there: one record per function, one for the rest.
import { fileURLToPath } from "node:url"
import { callStart, describeCall, FUNCTION_NAMES } from "./definition-reader.ts"
import { digestList } from "./digest.ts"
import { FingerprintError } from "./fingerprint-error.ts"
import type { FingerprintRecord } from "./fingerprint-record.ts"
import { GraphNode } from "./graph-node.ts"
import type { Linker } from "./linker.ts"
import type { Definition, DefinitionProperty } from "./module-summary.ts"
import type { RecordBuilder } from "./record-builder.ts"
import type { SourceReader } from "./source-reader.ts"
import { Lines, packPlace, parseSyntax } from "./syntax.ts"

/** A place in a source file, line and column from 1, as `util.getCallSites()` gives it. */
export interface CallSite {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface StageFingerprint {
  /** One record for each property of the definition that holds a function. */
  readonly functions: { readonly [property: string]: FingerprintRecord }
  /** The rest of the definition as data. */
  readonly data: FingerprintRecord
  /** What the stage says about why it is not pure. */
  readonly impure?: string
}

const IMPURE_FUNCTIONS = new Set(["run", "list"])

/** Reads stages; each place once. */
export class StageReader {
  readonly #linker: Linker
  readonly #records: RecordBuilder
  readonly #reader: SourceReader
  readonly #stages = new Map<string, StageFingerprint>()

  constructor(linker: Linker, records: RecordBuilder, reader: SourceReader) {
    this.#linker = linker
    this.#records = records
    this.#reader = reader
  }

  /** The fingerprint of the stage defined at the place. */
  stage(site: CallSite): StageFingerprint {
    const key = `${site.file}:${site.line}:${site.column}`
    let stage = this.#stages.get(key)
    if (!stage) {
      const given = site.file.startsWith("file:") ? fileURLToPath(site.file) : site.file
      stage = this.#read(this.#reader.realPath(given), site)
      this.#stages.set(key, stage)
    }
    return stage
  }

  #read(file: string, site: CallSite): StageFingerprint {
    const at = packPlace(site.line, site.column)
    const definition = this.#linker.module(file).definitions.find((candidate) => candidate.at === at)
    if (!definition) return this.#explain(file, site, at)
    if (definition.problem) {
      this.#linker.fail(file, definition.problem.at, definition.problem.message, definition.problem.hint)
    }
    return this.#fingerprint(file, definition)
  }

  #fingerprint(file: string, definition: Definition): StageFingerprint {
    const isImpure = definition.impure !== undefined
    const unit = this.#linker.unitNode(file, definition.unit)
    const functions: { [property: string]: FingerprintRecord } = {}
    const rest: DefinitionProperty[] = []
    for (const property of definition.properties) {
      if (!this.#isFunction(file, property)) {
        rest.push(property)
        continue
      }
      functions[property.key] = this.#records.build({
        root: this.#propertyNode(file, unit.symbol, "function", property),
        madeAt: property.form === "function" ? undefined : unit,
        mayBeImpure: isImpure || IMPURE_FUNCTIONS.has(property.key),
        mayLoadImpure: isImpure
      })
    }
    const data = this.#records.build({
      root: this.#dataNode(file, unit.symbol, rest),
      madeAt: unit,
      mayBeImpure: isImpure,
      mayLoadImpure: isImpure
    })
    return isImpure ? { functions, data, impure: definition.impure } : { functions, data }
  }

  #propertyNode(file: string, owner: string, kind: string, property: DefinitionProperty): GraphNode {
    const symbol = owner === "" ? property.key : `${owner}.${property.key}`
    return this.#linker.shapeNode({ kind, file, symbol, own: property.shape.own }, property.shape)
  }

  #dataNode(file: string, owner: string, properties: ReadonlyArray<DefinitionProperty>): GraphNode {
    const sorted = properties.toSorted((a, b) => (a.key < b.key ? -1 : 1))
    const own = digestList(sorted.map(({ key }) => key))
    return new GraphNode({ kind: "data", file, symbol: owner, own }, () =>
      sorted.map((property) => ({
        label: property.key,
        at: property.shape.at[0] ?? 0,
        target: this.#propertyNode(file, owner, "value", property)
      }))
    )
  }

  #isFunction(file: string, property: DefinitionProperty): boolean {
    if (property.form !== "reference") return property.form !== "value"
    return FUNCTION_NAMES.has(property.key) || this.#refersToFunction(file, property)
  }

  #refersToFunction(file: string, property: DefinitionProperty): boolean {
    const ref = property.shape.refs[0]
    if (ref === undefined || property.root === undefined) return false
    const dot = ref.indexOf(".")
    const member = dot < 0 ? undefined : ref.slice(dot + 1)
    let target = this.#linker.resolve(file, property.root, member)
    if (target.kind === "namespace" && member !== undefined) {
      target = this.#linker.resolveExport(target.file, member, property.shape.at[0]!) ?? target
    }
    for (let steps = 0; target.kind === "unit" && steps < 100; steps++) {
      const unit = this.#linker.module(target.file).units[target.index]!
      if (unit.callable) return true
      if (unit.alias === undefined) return false
      target = this.#linker.resolve(target.file, unit.alias)
    }
    return false
  }

  /** Says why there is no definition at the place; parses again, for this happens once. */
  #explain(file: string, site: CallSite, at: number): never {
    const source = Buffer.from(this.#reader.read(file) ?? []).toString("utf8")
    const lines = new Lines(source)
    const kind = describeCall(parseSyntax(file, source).body, (call) => lines.pack(callStart(call)) === at)
    const place = { file: this.#linker.shown(file), line: site.line, column: site.column }
    if (kind === "nested") {
      const message = "the stage is defined inside a function or block, where its captured values cannot be seen"
      const hint = "define it at the top of the module and pass what differs as options"
      throw new FingerprintError("SLUICE_STAGE_NOT_TOP_LEVEL", place, message, hint)
    }
    const message =
      kind === "top"
        ? "the stage's definition is not an object literal"
        : "there is no call of a stage constructor here"
    throw new FingerprintError(
      "SLUICE_CANNOT_FOLLOW",
      place,
      message,
      "write Stage.filter({ … }) at the top of a module"
    )
  }
}
