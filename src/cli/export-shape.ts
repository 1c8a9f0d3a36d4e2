// The shape of a column's values: text, numbers, lists, structs; found by looking at them, JSON where they differ in kind.
import type { Field } from "../table/field.ts"

type Kind = "none" | "text" | "bytes" | "integer" | "number" | "flag" | "list" | "struct" | "json"

export class Shape {
  kind: Kind = "none"
  /** The shape of a list's items. */
  item: Shape | undefined
  readonly members = new Map<string, Shape>()

  static ofField(field: Field): Shape {
    const shape = new Shape()
    if (field.type === "nested") return shape
    shape.kind = field.type === "number" ? (field.integer ? "integer" : "number") : field.type
    return shape
  }

  /** Widens the shape so that a value fits. */
  see(value: unknown): void {
    const kind = kindOf(value)
    if (kind === "none" || this.kind === "json") return
    const numeric = (one: Kind) => one === "integer" || one === "number"
    if (this.kind === "none") this.kind = kind
    else if (numeric(this.kind) && numeric(kind)) this.kind = this.kind === kind ? kind : "number"
    else if (this.kind !== kind) this.kind = "json"
    if (this.kind === "list") {
      this.item ??= new Shape()
      for (const item of value as ReadonlyArray<unknown>) this.item.see(item)
    } else if (this.kind === "struct")
      for (const [name, member] of Object.entries(value as object)) {
        if (!this.members.has(name)) this.members.set(name, new Shape())
        this.members.get(name)!.see(member)
      }
  }

  /** Whether nothing but null was seen, or a struct without members: such a column is written as JSON text. */
  get bare(): boolean {
    return this.kind === "none" || this.kind === "json" || (this.kind === "struct" && this.members.size === 0)
  }

  /** A value in the form that the shape is written in: JSON as text, everything else as it is. */
  write(value: unknown): unknown {
    if (value === null || value === undefined) return null
    if (this.bare) return JSON.stringify(value)
    if (this.kind === "list") return (value as ReadonlyArray<unknown>).map((item) => this.item!.write(item))
    if (this.kind === "struct")
      return Object.fromEntries(
        [...this.members].map(([name, member]) => [name, member.write((value as { [name: string]: unknown })[name])])
      )
    return value
  }
}

const kindOf = (value: unknown): Kind => {
  if (value === null || value === undefined) return "none"
  if (typeof value === "string") return "text"
  if (typeof value === "boolean") return "flag"
  if (typeof value === "number") return Number.isSafeInteger(value) ? "integer" : "number"
  if (value instanceof Uint8Array) return "bytes"
  return Array.isArray(value) ? "list" : "struct"
}

/** A value as the writers want it: integers as bigint, null for what is missing; `bare` lays out JSON without a shape. */
export const shapedValue = (shape: Shape, value: unknown, bare: (json: string) => unknown): unknown => {
  if (value === null || value === undefined) return null
  if (shape.bare) return bare(JSON.stringify(value))
  if (shape.kind === "integer") return BigInt(value as number)
  if (shape.kind === "list")
    return (value as ReadonlyArray<unknown>).map((item) => shapedValue(shape.item!, item, bare))
  if (shape.kind === "struct") {
    const struct = value as { readonly [name: string]: unknown }
    return Object.fromEntries([...shape.members].map(([name, inner]) => [name, shapedValue(inner, struct[name], bare)]))
  }
  return value
}
