// Where the elements of a JSON array lie, found in its bytes: strings and brackets are followed, nothing is parsed.
import { textStart } from "./byte-frames.ts"

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/**
 * The first byte of each element and the one after its last. The array is the file itself, or what the names in `path` lead
 * to through objects. Brackets must match to the end of the file; an Error names the byte, and the element (from 1) where it
 * is inside one. An element may hold brackets `maxDepth` deep, its own counted.
 */
export const jsonElements = (
  bytes: Uint8Array,
  path: ReadonlyArray<string>,
  maxDepth: number
): ReadonlyArray<number> => {
  const scan = new Scan(bytes, maxDepth)
  scan.enter(path, 0)
  if (scan.byte() !== undefined) throw scan.error("where the file should end")
  return scan.bounds
}

class Scan {
  readonly bounds: Array<number> = []
  readonly #bytes: Uint8Array
  readonly #maxDepth: number
  /** The brackets that close what is open. */
  readonly #closing: Array<number> = []
  #at: number
  /** Where the element begins that is read. */
  #element = -1

  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = bytes
    this.#maxDepth = maxDepth
    this.#at = textStart(bytes)
  }

  /** Reads the value that holds the array below `path`, from its part `from` on, to its end. */
  enter(path: ReadonlyArray<string>, from: number): void {
    if (from === path.length) {
      this.#elements(path)
      return
    }
    const start = this.#at
    if (this.byte() !== OPEN_OBJECT) throw this.error(`where an object with "${path[from]}" should begin`)
    this.#at++
    let found = false
    if (this.byte() === CLOSE_OBJECT) this.#at++
    else
      do {
        if (this.byte() !== QUOTE) throw this.error("where a name should begin")
        const name = this.#name()
        if (this.byte() !== COLON) throw this.error("where a colon should stand")
        this.#at++
        if (name !== path[from]) this.#value()
        else {
          if (found) throw new Error(`has "${name}" twice: the second time before byte ${this.#at}`)
          found = true
          this.enter(path, from + 1)
        }
      } while (this.#goesOn(CLOSE_OBJECT))
    if (!found) throw new Error(`has no "${path.slice(0, from + 1).join(".")}" in its object at byte ${start}`)
  }

  #elements(path: ReadonlyArray<string>): void {
    if (this.byte() !== OPEN_LIST)
      throw this.error(`where ${path.length === 0 ? "an array" : `the array "${path.join(".")}"`} should begin`)
    this.#at++
    if (this.byte() === CLOSE_LIST) {
      this.#at++
      return
    }
    do {
      this.byte()
      this.#element = this.#at
      this.#value()
      this.bounds.push(this.#element, this.#at)
      this.#element = -1
    } while (this.#goesOn(CLOSE_LIST))
  }

  /** Whether a comma follows and not the end. */
  #goesOn(close: number): boolean {
    const byte = this.byte()
    if (byte !== COMMA && byte !== close)
      throw this.error(`where a comma or ${String.fromCharCode(close)} should stand`)
    this.#at++
    return byte === COMMA
  }

  /** The next byte that is no white space; undefined at the end. */
  byte(): number | undefined {
    while (this.#at < this.#bytes.length && isSpace(this.#bytes[this.#at]!)) this.#at++
    return this.#bytes[this.#at]
  }

  #name(): string {
    const start = this.#at
    this.#string()
    const text = Buffer.from(this.#bytes.subarray(start, this.#at)).toString("utf8")
    try {
      return JSON.parse(text) as string
    } catch {
      throw new Error(`is not JSON: the name at byte ${start} is ${text.slice(0, 40)}`)
    }
  }

  #value(): void {
    const byte = this.byte()
    if (byte === QUOTE) this.#string()
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#nested()
    else {
      const start = this.#at
      while (this.#at < this.#bytes.length && !endsScalar(this.#bytes[this.#at]!)) this.#at++
      if (this.#at === start) throw this.error("where a value should begin")
    }
  }

  #nested(): void {
    const bytes = this.#bytes
    const closing = this.#closing
    let depth = 0
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at]!
      if (byte === QUOTE) {
        this.#string()
        this.#at--
      } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (depth === this.#maxDepth)
          throw new Error(
            `is nested more than ${depth} deep at byte ${this.#at}${this.#inside()}: raise maxDepth to read it`
          )
        closing[depth++] = byte + 2
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        if (closing[--depth] !== byte) throw this.error(`where ${String.fromCharCode(closing[depth]!)} should stand`)
        if (depth === 0) {
          this.#at++
          return
        }
      }
    }
    throw this.error(`where ${String.fromCharCode(closing[depth - 1]!)} should stand`)
  }

  #string(): void {
    const bytes = this.#bytes
    const start = this.#at
    for (let at = start + 1; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (byte === QUOTE) {
        this.#at = at + 1
        return
      }
      if (byte === BACKSLASH) at++
    }
    throw new Error(`is not JSON: the text that begins at byte ${start}${this.#inside()} has no end`)
  }

  error(expected: string): Error {
    const byte = this.#bytes[this.#at]
    const what =
      byte === undefined
        ? `it ends at byte ${this.#at}`
        : `byte ${this.#at} is ${byte > 32 && byte < 127 ? String.fromCharCode(byte) : `0x${byte.toString(16).padStart(2, "0")}`}`
    return new Error(`cannot be read as a JSON array: ${what}${this.#inside()} ${expected}`)
  }

  #inside(): string {
    return this.#element < 0 ? "" : ` (element ${this.bounds.length / 2 + 1}, which begins at byte ${this.#element})`
  }
}

const isSpace = (byte: number): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9

const endsScalar = (byte: number): boolean =>
  isSpace(byte) ||
  byte === COMMA ||
  byte === COLON ||
  byte === QUOTE ||
  byte === OPEN_LIST ||
  byte === CLOSE_LIST ||
  byte === OPEN_OBJECT ||
  byte === CLOSE_OBJECT
