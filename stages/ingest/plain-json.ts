// Values of binary formats as plain JSON with keys in a fixed order, so that equal rows have equal bytes.

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/**
 * A value as canonical JSON: keys sorted; a 64-bit integer as number where that is exact, else as text; dates as ISO 8601;
 * bytes as base64; what is missing or no finite number as null.
 */
export const plainJson = (value: unknown): Json => {
  if (value === null || value === undefined) return null
  switch (typeof value) {
    case "bigint":
      return exactNumber(value)
    case "number":
      return Number.isFinite(value) ? value : null
    case "string":
    case "boolean":
      return value
  }
  if (isDate(value)) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64")
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, plainJson)
  return sorted(Object.entries(value as object).map(([key, inner]) => [key, plainJson(inner)] as const))
}

/** An integer as a number within ±2^53, beyond as text. */
export const exactNumber = (value: bigint): number | string =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString()

/** An object with its keys in order. */
export const sorted = (entries: ReadonlyArray<readonly [string, Json]>): { readonly [key: string]: Json } =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))

const isDate = (value: unknown): value is { readonly getTime: () => number; readonly toISOString: () => string } =>
  Object.prototype.toString.call(value) === "[object Date]"
