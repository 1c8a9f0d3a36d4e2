// Which layout a schema gets, which schemas no column or key can hold, and what of a schema a key sees.
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { canonicalSchema, fieldOf, structFields } from "../../src/table/field.ts"
import { keyOf } from "../../src/table/digest.ts"

const layout = (schema: Schema.Top) => {
  const { type, integer, nullable } = fieldOf(schema, "x")
  return `${type}${integer ? " integer" : ""}${nullable ? " nullable" : ""}`
}

describe("the layout of", () => {
  it.each<readonly [string, Schema.Top, string]>([
    ["text", Schema.String, "text"],
    ["text with a check", Schema.NonEmptyString, "text"],
    ["literals", Schema.Literals(["a", "b"]), "text"],
    ["a number", Schema.Number, "number"],
    ["a finite number", Schema.Finite, "number"],
    ["an integer", Schema.Int, "number integer"],
    ["whole literals", Schema.Literals([1, 2]), "number integer"],
    ["a boolean", Schema.Boolean, "flag"],
    ["bytes", Schema.Uint8Array, "bytes"],
    ["a list", Schema.Array(Schema.String), "nested"],
    ["a struct", Schema.Struct({ a: Schema.Int }), "nested"],
    ["text or null", Schema.NullOr(Schema.String), "text nullable"],
    ["an optional integer", Schema.optional(Schema.Int), "number integer nullable"],
    ["text or number", Schema.Union([Schema.String, Schema.Int]), "nested"],
    ["a list or null", Schema.NullOr(Schema.Array(Schema.Int)), "nested nullable"]
  ])("%s", (_, schema, expected) => {
    expect(layout(schema)).toBe(expected)
  })
})

describe("a schema is refused", () => {
  it.each<readonly [string, Schema.Top, string]>([
    ["that transforms", Schema.NumberFromString, "a: x has a schema that transforms values"],
    [
      "with a check made of code",
      Schema.String.check(Schema.makeFilter((s) => s.length > 2)),
      "a: x has a check made of code, which no key can see"
    ],
    ["of dates", Schema.Date, "a: x has a schema that no column can hold (Declaration)"],
    ["of anything", Schema.Unknown, "a: x has a schema that no column can hold (Unknown)"],
    ["of big integers", Schema.BigInt, "a: x has a schema that no column can hold (BigInt)"],
    ["of dates in a list", Schema.Array(Schema.Date), "a: x has a schema that no column can hold (Declaration)"],
    [
      "of bytes in a struct",
      Schema.Struct({ raw: Schema.Uint8Array }),
      "a: x has bytes inside a list or struct, which no column can hold"
    ],
    [
      "of a transformation in a struct",
      Schema.Struct({ n: Schema.NumberFromString }),
      "a: x has a schema that transforms values"
    ]
  ])("%s", (_, schema, message) => {
    const refuse = () => {
      fieldOf(schema, "a: x")
      canonicalSchema(schema, "a: x")
    }
    expect(refuse).toThrow(expect.objectContaining({ code: "SLUICE_SCHEMA", message }))
  })
})

describe("the canonical form of a schema", () => {
  const key = (schema: Schema.Top) => keyOf(canonicalSchema(schema, "x"))
  const base = Schema.Struct({ a: Schema.String, b: Schema.Int })

  it.each<readonly [string, Schema.Top]>([
    ["the order of fields", Schema.Struct({ b: Schema.Int, a: Schema.String })],
    ["a description", base.annotate({ description: "two columns" })]
  ])("does not see %s", (_, schema) => {
    expect(key(schema)).toBe(key(base))
  })

  it("sees everything that says what is accepted", () => {
    const others = [
      base,
      Schema.Struct({ a: Schema.String }),
      Schema.Struct({ a: Schema.NullOr(Schema.String), b: Schema.Int }),
      Schema.Struct({ a: Schema.optional(Schema.String), b: Schema.Int }),
      Schema.Struct({ a: Schema.String, b: Schema.Finite }),
      Schema.Struct({ a: Schema.String, b: Schema.Int.check(Schema.isGreaterThan(1)) }),
      Schema.Struct({ a: Schema.String, b: Schema.Int.check(Schema.isGreaterThan(2)) }),
      Schema.Struct({ a: Schema.Literals(["x"]), b: Schema.Int }),
      Schema.Struct({ a: Schema.Literals(["y"]), b: Schema.Int }),
      Schema.Struct({ a: Schema.Array(Schema.String), b: Schema.Int })
    ]
    expect(new Set(others.map(key)).size).toBe(others.length)
  })
})

describe("the columns of a struct", () => {
  it("are its fields; another schema is refused", () => {
    expect(Object.keys(structFields(Schema.Struct({ a: Schema.String }), "x"))).toEqual(["a"])
    expect(() => structFields(Schema.String, "row")).toThrow("row is no Schema.Struct")
  })
})
