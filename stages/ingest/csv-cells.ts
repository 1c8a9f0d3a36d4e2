// The cells of one CSV record, and what the text of a cell means by the schema of its column.
import type * as Schema from "effect/Schema"

/** Text of a cell; undefined where it is empty and not quoted. */
export type Cell = string | undefined

/**
 * Splits `text` from an offset on. A field that begins with the quote ends at the next one that is not doubled; a quote
 * elsewhere is a character like any other. What stands between a closing quote and the delimiter is an Error.
 */
export const csvCells = (text: string, from: number, delimiter: string, quote: string): ReadonlyArray<Cell> => {
  const cells: Array<Cell> = []
  let at = from
  for (;;) {
    if (quote === "" || text[at] !== quote) {
      const found = text.indexOf(delimiter, at)
      const end = found === -1 ? text.length : found
      cells.push(end === at ? undefined : text.slice(at, end))
      if (found === -1) return cells
      at = end + 1
    } else {
      const begin = at + 1
      let end = text.indexOf(quote, begin)
      let doubled = false
      while (end !== -1 && text[end + 1] === quote) {
        doubled = true
        end = text.indexOf(quote, end + 2)
      }
      if (end === -1) throw new Error(`opens a quote in field ${cells.length + 1} that is never closed`)
      const inner = text.slice(begin, end)
      cells.push(doubled ? inner.replaceAll(quote + quote, quote) : inner)
      at = end + 1
      if (at === text.length) return cells
      if (text[at] !== delimiter)
        throw new Error(`has ${told(text.slice(at))} after the closing quote of field ${cells.length}`)
      at++
    }
  }
}

const TEXT = 1
const NUMBER = 2
const FLAG = 4
const NULL = 8
const ABSENT = 16
const NESTED = 32

type Ast = Schema.Top["ast"]

/** What values a column's schema admits, as bits. */
const kindsOf = (ast: Ast): number => (ast.context?.isOptional === true ? ABSENT : 0) | plainKindsOf(ast)

const plainKindsOf = (ast: Ast): number => {
  switch (ast._tag) {
    case "Number":
      return NUMBER
    case "Boolean":
      return FLAG
    case "Null":
      return NULL
    case "Undefined":
      return ABSENT
    case "Literal":
      return typeof ast.literal === "number" ? NUMBER : typeof ast.literal === "boolean" ? FLAG : TEXT
    case "Arrays":
    case "Objects":
      return NESTED
    case "Union": {
      let kinds = 0
      for (const type of ast.types) kinds |= plainKindsOf(type)
      return kinds
    }
    default:
      return TEXT
  }
}

/** Whether a row may lack the column. */
export const isOptional = (schema: Schema.Top): boolean => (kindsOf(schema.ast) & ABSENT) !== 0

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const integer = /^[+-]?\d+$/

/**
 * The value of a cell. A cell that is empty and not quoted is null where the schema admits null, else no value where the
 * column is optional, else empty text. Numbers are decimal; flags are true and false in any case, 1 and 0; lists and
 * structs are JSON. Throws an Error that names the column and quotes the cell.
 */
export const cellValue = (cell: Cell, schema: Schema.Top, column: string): unknown => {
  const kinds = kindsOf(schema.ast)
  if (cell === undefined) {
    if (kinds & NULL) return null
    if (kinds & ABSENT) return undefined
    if (kinds & TEXT) return ""
    throw new Error(`column "${column}" is empty, not ${wanted(kinds)}`)
  }
  if (kinds & ~(TEXT | NULL | ABSENT)) {
    const bare = cell.trim()
    if (kinds & NUMBER && number.test(bare)) return exact(bare, column)
    const word = bare.toLowerCase()
    if (kinds & FLAG && (word === "true" || word === "1")) return true
    if (kinds & FLAG && (word === "false" || word === "0")) return false
    if (kinds & TEXT) return cell
    if (kinds & NULL && word === "null") return null
    if (kinds & NESTED) return parsed(bare, column)
    throw new Error(`column "${column}" is ${told(cell)}, not ${wanted(kinds)}`)
  }
  return cell
}

const exact = (text: string, column: string): number => {
  const value = Number(text)
  if (integer.test(text) && !Number.isSafeInteger(value))
    throw new Error(`column "${column}" is ${text}, which a number cannot hold exactly: read it as text`)
  return value
}

const parsed = (text: string, column: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`column "${column}" is ${told(text)}, not JSON`)
  }
}

const wanted = (kinds: number): string =>
  kinds & NUMBER ? "a number" : kinds & FLAG ? "true or false" : kinds & NESTED ? "JSON" : "null"

/** The start of some text, quoted. */
const told = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
