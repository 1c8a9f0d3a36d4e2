// Values of Parquet columns that the library would round or garble: decimals, times of day, and bytes that no one calls text.
import { isUtf8 } from "node:buffer"
import type { FileMetaData } from "hyparquet"
import { bigEndian, checkScale, decimal, timeOfDay } from "./exact-values.ts"

type Element = FileMetaData["schema"][number]

export interface SchemaNode {
  readonly element: Element
  readonly children: ReadonlyArray<SchemaNode>
}

/** What a leaf's values become; `bytes` are text where all of the column are UTF-8. */
interface Leaf {
  readonly kind: "decimal" | "time" | "bytes"
  readonly scale: number
  readonly unit: bigint
  isText: boolean
}

const ticks: { readonly [unit: string]: bigint } = { MILLIS: 1000n, MICROS: 1000000n, NANOS: 1000000000n }

const leafOf = ({ type, converted_type: old, logical_type: logical, scale = 0 }: Element): Leaf | undefined => {
  const leaf = { scale, unit: 1n, isText: true }
  if (old === "DECIMAL" || logical?.type === "DECIMAL") {
    checkScale(scale)
    return { ...leaf, kind: "decimal" }
  }
  if (logical?.type === "TIME") return { ...leaf, kind: "time", unit: ticks[logical.unit]! }
  if (old === "TIME_MILLIS" || old === "TIME_MICROS") return { ...leaf, kind: "time", unit: ticks[old.slice(5)]! }
  return type === "BYTE_ARRAY" && old === undefined && logical === undefined ? { ...leaf, kind: "bytes" } : undefined
}

/** Lets the library give decimals as they are stored. */
export const withoutDecimals = (metadata: FileMetaData): FileMetaData => ({
  ...metadata,
  schema: metadata.schema.map((element) => {
    if (element.converted_type !== "DECIMAL" && element.logical_type?.type !== "DECIMAL") return element
    const { converted_type: _, logical_type: __, ...stored } = element
    return stored as Element
  })
})

type Convert = (values: ReadonlyArray<unknown>) => ReadonlyArray<unknown>

/** What to do with the values of a column, by its place in the schema of the file; undefined where all are right as they come. */
export const conversionOf = (column: SchemaNode): Convert | undefined => {
  const leaves = new Map<SchemaNode, Leaf>()
  const look = (node: SchemaNode): void => {
    const leaf = node.children.length === 0 ? leafOf(node.element) : undefined
    if (leaf !== undefined) leaves.set(node, leaf)
    node.children.forEach(look)
  }
  look(column)
  if (leaves.size === 0) return undefined
  const hasBytes = [...leaves.values()].some(({ kind }) => kind === "bytes")
  return (values) => {
    if (hasBytes)
      for (const value of values)
        walk(value, column, leaves, (leaf, one) => {
          if (leaf.kind === "bytes" && leaf.isText) leaf.isText = isUtf8(one as Uint8Array)
          return one
        })
    return values.map((value) => walk(value, column, leaves, exactValue))
  }
}

const exactValue = ({ kind, scale, unit, isText }: Leaf, value: unknown): unknown => {
  if (kind === "bytes") return isText ? Buffer.from(value as Uint8Array).toString("utf8") : value
  const number = value instanceof Uint8Array ? bigEndian(value) : BigInt(value as number | bigint)
  return kind === "decimal" ? decimal(number, scale) : timeOfDay(number, unit)
}

/** A value with its leaves replaced. Lists of any depth are arrays, maps are objects, structs have the names of the schema. */
const walk = (
  value: unknown,
  node: SchemaNode,
  leaves: ReadonlyMap<SchemaNode, Leaf>,
  replace: (leaf: Leaf, value: unknown) => unknown
): unknown => {
  if (value === null || value === undefined) return value
  if (Array.isArray(value)) return value.map((one) => walk(one, node, leaves, replace))
  if (node.children.length === 0) {
    const leaf = leaves.get(node)
    return leaf === undefined ? value : replace(leaf, value)
  }
  const inner = node.children.length === 1 ? node.children[0]! : undefined
  const isRepeated = inner?.element.repetition_type === "REPEATED"
  const { converted_type: kind } = node.element
  if (isRepeated && kind === "LIST" && inner.children.length < 2)
    return walk(value, inner.children[0] ?? inner, leaves, replace)
  const isMap = isRepeated && (kind === "MAP" || kind === "MAP_KEY_VALUE") && inner.children.length === 2
  const entries = Object.entries(value).map(([name, one]) => {
    const of = isMap ? inner.children[1] : node.children.find(({ element }) => element.name === name)
    return [name, of === undefined ? one : walk(one, of, leaves, replace)] as const
  })
  return Object.fromEntries(entries)
}
