// One JSON object from its text: what else it is, is said as an error of its row.
import { decodeUtf8 } from "#sluice/text"

/** The row of a record of UTF-8 JSON. */
export const parseJsonRecord = (record: Uint8Array): { readonly [column: string]: unknown } =>
  jsonObject(decodeUtf8(record))

/** Parses text that must be one JSON object; throws an Error that says what it is instead. */
export const jsonObject = (text: string): { readonly [column: string]: unknown } => {
  const value = parsed(text)
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(
      `is not a JSON object but ${value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`}`
    )
  return value as { readonly [column: string]: unknown }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`is not JSON: ${reason(error as Error)}`)
  }
}

/** V8's message without the copy of the text. */
const reason = ({ message }: Error): string =>
  message === "Unexpected end of JSON input"
    ? "unexpected end"
    : lowerFirst(message.replace(/, (?:\.\.\.)?"[\s\S]*$/, ""))

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
