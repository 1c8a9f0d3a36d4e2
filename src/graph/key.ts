// Keys: what a node's results are stored under. Equal keys mean equal results, so everything that can matter goes in.
import type { Fields } from "../stage/declaration.ts"
import { keyOf } from "../table/digest.ts"
import { canonicalSchema } from "../table/field.ts"
import { type Code, hashOf } from "./code.ts"
import { epochsOf } from "./epoch.ts"
import { asksModel, chosenColumns, type Graph, type GraphNode } from "./graph.ts"
import { earlyOptions } from "./options.ts"

/** What of the running system can change a result. */
export const runtime = {
  v8: process.versions.v8,
  icu: process.versions.icu ?? "",
  unicode: process.versions.unicode ?? "",
  /** Fixed when the process starts: threads cannot have another. Of what Intl offers, plural rules are the quickest to make. */
  locale: new Intl.PluralRules().resolvedOptions().locale
} as const

/** What of the machine can change a program's result. */
export interface ComputeClass {
  readonly device: "cpu" | "webgpu" | "cuda"
  readonly threads: number
  readonly instructions: string
}

/** The keys of a node's functions, before any data. */
export interface NodeKeys {
  /** The function that runs on each row: apply, measure, prepare, parse, or decide where nothing is measured; a program's run. */
  readonly row: string
  /** The decision on top of a measure or a run, the resolution of a select, the grouping of a gather; else as `row`. */
  readonly whole: string
}

const fields = (node: GraphNode, columns: Fields): unknown =>
  Object.entries(columns).map(([name, schema]) => [name, canonicalSchema(schema, `${node.name}: ${name}`)])

const pick = (node: GraphNode, names: object): unknown =>
  Object.fromEntries(Object.entries(node.keyed).filter(([name]) => name in names))

const isSchema = (value: unknown): boolean => typeof value === "object" && value !== null && "ast" in value

/** A node's options as data; a schema given as an option counts by its syntax tree. */
const optionsOf = (node: GraphNode): unknown =>
  Object.fromEntries(
    Object.entries(node.options)
      .filter(([name]) => name in node.keyed || isSchema(node.options[name]))
      .map(([name, value]) => [name, isSchema(value) ? fields(node, node.columns) : node.keyed[name]])
  )

/** The keys of a node's functions; where they ask a model, with the engine's own part in the answer. */
export const nodeKeys = (node: GraphNode, code: Code, system: unknown = runtime): NodeKeys => {
  const { row, whole } = functionKeys(node, code, system)
  if (!asksModel(node)) return { row, whole }
  const asked = epochsOf("model")
  return { row: keyOf([row, asked]), whole: keyOf([whole, asked]) }
}

/** The keys of a node with what is known only later: the models that it is given, and the machine that computes with them. */
export const keysWith = ({ row, whole }: NodeKeys, more: unknown): NodeKeys => ({
  row: keyOf([row, more]),
  whole: keyOf([whole, more])
})

const functionKeys = (node: GraphNode, code: Code, system: unknown): NodeKeys => {
  const { declaration } = node
  const needs = fields(node, declaration.needs)
  switch (declaration.kind) {
    case "source": {
      const row = keyOf([
        epochsOf("ingest", "rowId", "columns"),
        hashOf(code, "frame", "parse", "parseBatch"),
        optionsOf(node),
        fields(node, node.columns),
        declaration.readsPath,
        system
      ])
      return { row, whole: row }
    }
    case "map": {
      const row = keyOf([
        epochsOf("rows", "columns"),
        hashOf(code, "apply", "applyBatch"),
        needs,
        fields(node, declaration.adds),
        optionsOf(node),
        system
      ])
      return { row, whole: row }
    }
    case "expand": {
      const row = keyOf([
        epochsOf("rows", "columns", "rowId"),
        declaration.name,
        hashOf(code, "apply"),
        needs,
        fields(node, declaration.emits),
        declaration.reasons,
        optionsOf(node),
        system
      ])
      return { row, whole: row }
    }
    case "filter": {
      const decision = [hashOf(code, "decide"), declaration.reasons, pick(node, declaration.options)]
      if (declaration.measures === undefined) {
        const row = keyOf([epochsOf("rows", "columns"), needs, decision, system])
        return { row, whole: row }
      }
      const row = keyOf([
        epochsOf("rows", "columns"),
        hashOf(code, "measure", "measureBatch"),
        needs,
        fields(node, declaration.measures),
        pick(node, earlyOptions(declaration)),
        system
      ])
      return { row, whole: keyOf([epochsOf("rows"), row, decision]) }
    }
    case "select": {
      const row = keyOf([
        epochsOf("rows", "columns"),
        hashOf(code, "prepare", "prepareBatch"),
        needs,
        fields(node, declaration.prepares),
        pick(node, earlyOptions(declaration)),
        system
      ])
      const whole = keyOf([
        epochsOf("select"),
        row,
        declaration.name,
        hashOf(code, "resolve"),
        declaration.reasons,
        declaration.parts,
        optionsOf(node),
        ...(Object.keys(declaration.adds).length === 0 ? [] : [fields(node, declaration.adds)])
      ])
      return { row, whole }
    }
    case "gather": {
      const whole = keyOf([
        epochsOf("gather", "columns", "rowId"),
        declaration.name,
        hashOf(code, "key", "apply"),
        needs,
        fields(node, declaration.emits),
        declaration.buckets,
        optionsOf(node),
        system
      ])
      return { row: whole, whole }
    }
    case "program": {
      const inputs = Object.entries(declaration.inputs).map(([name, spec]) => [
        name,
        spec.kind,
        fields(node, spec.needs)
      ])
      const run = [epochsOf("program", "columns"), hashOf(code, "run"), inputs]
      if (declaration.judge === undefined) {
        const whole = keyOf([...run, optionsOf(node), system])
        return { row: whole, whole }
      }
      const row = keyOf([...run, pick(node, declaration.options), system])
      return { row, whole: keyOf([row, hashOf(code, "judge"), pick(node, declaration.judgeOptions)]) }
    }
  }
}

/** A digest of a graph but for its code and the system: whoever loads the pipeline again can tell whether it is still the same. */
export const graphKey = (graph: Graph): string =>
  keyOf(
    graph.nodes.map((node) => [
      node.name,
      nodeKeys(node, { functions: {}, impure: undefined }, null),
      chosenColumns(node),
      node.edges.map(({ input, label, node: from, part }) => [input, label ?? null, from.name, part ?? null])
    ])
  )

/** The stage and options that child ids are made from. */
export const childLabel = (node: GraphNode): string => `${node.declaration.name}\u0000${keyOf(optionsOf(node))}`
