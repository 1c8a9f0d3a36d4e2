// The graph: what a pipeline's outputs reach, as named nodes in pipeline order, with options decoded and columns known.
import { SluiceError, SluiceErrors } from "../errors.ts"
import type { ChosenRows, Declaration, Fields, Kind } from "../stage/declaration.ts"
import { type Call, type Handle, handleKind, type InputValue, isHandle } from "../stage/handle.ts"
import type { Pipeline } from "../stage/pipeline.ts"
import type { ModelSource } from "./model-source.ts"
import { decodeOptions, judgeOptions, optionFields } from "./options.ts"
import { Settings } from "./settings.ts"

/** One input of a node: which node it comes from, which part of it, and under which name. */
export interface Edge {
  readonly input: string
  readonly many: "one" | "list" | "record"
  /** The key of a record input. */
  readonly label: string | undefined
  readonly node: GraphNode
  readonly part: string | undefined
}

export interface GraphNode {
  /** Unique in the pipeline. */
  readonly name: string
  readonly kind: Kind
  readonly emits: "dataset" | "model" | "report"
  readonly declaration: Declaration
  /** Decoded options, defaults filled in. */
  readonly options: { readonly [name: string]: unknown }
  /** The options that enter keys: column names and knobs apart. */
  readonly keyed: { readonly [name: string]: unknown }
  /** The dataset column that each need reads. */
  readonly reads: { readonly [need: string]: string }
  readonly edges: ReadonlyArray<Edge>
  /** Columns of the rows it gives; empty for models and reports. */
  readonly columns: Fields
}

export interface Output {
  readonly name: string
  readonly node: GraphNode
  readonly part: string | undefined
  readonly kind: "dataset" | "model" | "report"
}

export interface Graph {
  readonly pipeline: string
  /** Inputs before what reads them. */
  readonly nodes: ReadonlyArray<GraphNode>
  readonly outputs: ReadonlyArray<Output>
}

/** The handles of an input value with their labels. */
const handlesOf = (value: InputValue): ReadonlyArray<readonly [string | undefined, Handle]> => {
  if (isHandle(value)) return [[undefined, value]]
  if (Array.isArray(value)) return value.map((handle: Handle) => [undefined, handle] as const)
  return Object.entries(value as { readonly [name: string]: Handle })
}

/** The edges whose rows a node works on or reads. */
export const rowEdges = (node: GraphNode): ReadonlyArray<Edge> =>
  node.edges.filter((edge) => edge.node.emits === "dataset")

/** The edges over which a row-local node or a select gets models that other nodes make. */
export const modelEdges = (node: GraphNode): ReadonlyArray<Edge> =>
  node.kind === "program" ? [] : node.edges.filter((edge) => edge.node.emits === "model")

/** Whether a node's row function may ask a model. */
export const asksModel = ({ declaration }: Pick<GraphNode, "declaration">): boolean =>
  Object.values(optionFields(declaration)).some(({ kind }) => kind === "model")

/** A graph built where there are no files. */
const noFiles = (path: string): never => {
  throw new Error(`nothing reads ${path} here`)
}

/**
 * Builds the graph of a pipeline. `sets` are the `--set NAME=VALUE` given, `read` reads the files and `model` finds the models
 * that options name. All errors found are thrown together.
 */
export const buildGraph = (
  pipeline: Pipeline,
  sets: { readonly [target: string]: string } = {},
  read: (path: string) => Uint8Array = noFiles,
  model: (path: string) => ModelSource = noFiles
): Graph => {
  const builder = new Builder(new Settings(sets, read, model))
  const outputs = Object.entries(pipeline.outputs).map(([name, handle]) => ({
    name,
    node: builder.node(handle.call),
    part: handle.part,
    kind: handleKind(handle)
  }))
  builder.finish()
  return { pipeline: pipeline.name, nodes: builder.nodes, outputs }
}

class Builder {
  readonly nodes: Array<GraphNode> = []
  readonly #known = new Map<Call, GraphNode>()
  readonly #names = new Map<string, number>()
  readonly #taken = new Set<string>()
  readonly #settings: Settings
  readonly #errors: Array<SluiceError> = []

  constructor(settings: Settings) {
    this.#settings = settings
  }

  finish() {
    this.#errors.push(...this.#settings.unused(this.nodes))
    if (this.#errors.length > 0) throw new SluiceErrors(this.#errors)
  }

  /** Walks depth first with a stack of its own: a pipeline of many steps must not exhaust the call stack. */
  node(root: Call): GraphNode {
    const stack: Array<Call> = [root]
    while (stack.length > 0) {
      const call = stack[stack.length - 1]!
      if (this.#known.has(call)) {
        stack.pop()
        continue
      }
      const waiting = Object.values(call.inputs)
        .flatMap(handlesOf)
        .map(([, handle]) => handle.call)
        .filter((input) => !this.#known.has(input))
      if (waiting.length > 0) stack.push(...waiting.reverse())
      else {
        stack.pop()
        this.#known.set(call, this.#make(call))
      }
    }
    return this.#known.get(root)!
  }

  #name(call: Call): string {
    const { name: given } = call.options as { readonly name?: unknown }
    const base = typeof given === "string" && !("name" in call.declaration.options) ? given : call.declaration.name
    let count = this.#names.get(base) ?? 0
    let name: string
    do name = ++count === 1 ? base : `${base}#${count}`
    while (this.#taken.has(name))
    this.#names.set(base, count)
    this.#taken.add(name)
    return name
  }

  #make(call: Call): GraphNode {
    const { declaration } = call
    const name = this.#name(call)
    const { options, keyed, errors } = decodeOptions(name, declaration, call.options, this.#settings, call.inputs)
    this.#errors.push(...errors, ...strangeInputs(name, call))
    const reads = Object.fromEntries(
      Object.keys(declaration.needs).map((need) => [need, columnName(declaration, options, need)])
    )
    const edges = this.#edges(call)
    const node: GraphNode = {
      name,
      kind: declaration.kind,
      emits: declaration.kind === "program" ? declaration.emits : "dataset",
      declaration,
      options,
      keyed,
      reads,
      edges,
      columns: columnsOf(declaration, options, edges)
    }
    this.#checkColumns(node)
    this.nodes.push(node)
    return node
  }

  #edges(call: Call): ReadonlyArray<Edge> {
    return Object.entries(call.inputs).flatMap(([input, value]) => {
      const many = isHandle(value) ? ("one" as const) : Array.isArray(value) ? ("list" as const) : ("record" as const)
      return handlesOf(value).map(([label, handle]) => ({
        input,
        many,
        label,
        node: this.#known.get(handle.call)!,
        part: handle.part
      }))
    })
  }

  #checkColumns(node: GraphNode) {
    const { name, declaration, reads } = node
    for (const edge of node.edges) {
      const needs =
        edge.input === "rows"
          ? Object.values(reads)
          : declaration.kind === "select"
            ? Object.values(reads)
            : Object.values(inputColumns(node, edge.input))
      if (edge.node.emits !== "dataset") continue
      for (const column of needs) {
        if (column in edge.node.columns) continue
        this.#errors.push(
          new SluiceError(
            "SLUICE_MISSING_COLUMN",
            `${name} needs the column "${column}", which ${edge.node.name} does not have`,
            {
              evidence: [`${edge.node.name} has ${Object.keys(edge.node.columns).join(", ")}`],
              hint: "name the column in the stage's options, or add it in a map stage before"
            }
          )
        )
      }
    }
  }
}

/** Errors for handles that a stage takes neither as an input nor as a model. */
const strangeInputs = (node: string, { declaration, inputs }: Call): ReadonlyArray<SluiceError> =>
  Object.entries(inputs).flatMap(([name, value]) => {
    if (name === "rows" || name in declaration.inputs) return []
    const takes = optionFields(declaration)[name]?.kind === "model"
    if (takes && isHandle(value) && handleKind(value) === "model") return []
    const what = isHandle(value) ? handleKind(value) : "list of handles"
    const hint = takes ? "give a model, or the path of one" : "see the stage's documentation for what it takes"
    return [new SluiceError("SLUICE_BAD_OPTION", `${node}.${name} cannot be a ${what}`, { hint })]
  })

/** The dataset column behind a need: the one its column option names, else the one of the same name. */
export const columnName = (
  declaration: Declaration,
  options: { readonly [name: string]: unknown },
  need: string
): string => (optionFields(declaration)[need]?.kind === "column" ? (options[need] as string) : need)

/** What a program reads of an input: its needs, and the columns behind them. One that no option names is not read. */
export const inputColumns = (
  { declaration, options }: Pick<GraphNode, "declaration" | "options">,
  input: string
): { readonly [need: string]: string } =>
  Object.fromEntries(
    Object.keys(declaration.inputs[input]?.needs ?? {}).flatMap((need) => {
      const column: string | undefined = columnName(declaration, options, need)
      return column === undefined ? [] : [[need, column]]
    })
  )

/** The columns that a node's column options name: no part of a function's key, but of where its results stand. */
export const chosenColumns = (node: Pick<GraphNode, "declaration" | "options">): { readonly [name: string]: unknown } =>
  Object.fromEntries(
    Object.entries(optionFields(node.declaration))
      .filter(([, { kind }]) => kind === "column")
      .map(([name]) => [name, node.options[name]])
  )

/** The options that a node's functions see: all but the names of columns, and those by which a result is judged. */
export const seenOptions = (node: GraphNode): { readonly [name: string]: unknown } => {
  const unseen = { ...chosenColumns(node), ...judgeOptions(node.declaration) }
  return Object.fromEntries(Object.entries(node.options).filter(([name]) => !(name in unseen)))
}

const renamed = (declaration: Declaration, options: { readonly [name: string]: unknown }, fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [columnName(declaration, options, name), schema]))

const columnsOf = (
  declaration: Declaration,
  options: { readonly [name: string]: unknown },
  edges: ReadonlyArray<Edge>
): Fields => {
  const before = edges.find((edge) => edge.input === "rows")?.node.columns ?? {}
  switch (declaration.kind) {
    case "source":
      return sourceColumns(declaration.emits, options)
    case "map":
      return { ...before, ...renamed(declaration, options, declaration.adds) }
    case "expand":
      return { ...before, ...renamed(declaration, options, declaration.emits) }
    case "gather":
      return declaration.emits
    case "filter":
      return before
    case "select":
      return declaration.name === "union.rows"
        ? sharedColumns(edges)
        : { ...before, ...renamed(declaration, options, declaration.adds) }
    case "program":
      return {}
  }
}

/** A union has the columns that all its inputs have. */
const sharedColumns = (edges: ReadonlyArray<Edge>): Fields =>
  Object.fromEntries(
    Object.entries(edges[0]!.node.columns).filter(([name]) => edges.every((edge) => name in edge.node.columns))
  )

const sourceColumns = (emits: Fields | ChosenRows, options: { readonly [name: string]: unknown }): Fields => {
  const { option, beside } = emits as ChosenRows
  if (typeof option !== "string") return emits as Fields
  const chosen = (options[option] as { readonly fields?: Fields } | undefined)?.fields
  return { ...chosen, ...beside }
}
