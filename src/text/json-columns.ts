// Columns of JSON objects without an object or a string for any: WebAssembly finds the values in the bytes of the records.
import { isUtf8 } from "node:buffer"
import { readFileSync } from "node:fs"
import type { PackedBytes } from "./packed-bytes.ts"
import { compile, instantiate, type KernelMemory, reach } from "./web-assembly.ts"

/** What a column may hold, so that nothing else has to be asked: a text, a number or a flag. */
export interface PlainColumn {
  readonly type: "text" | "number" | "flag"
  /** Numbers are whole, within ±2^53. */
  readonly integer: boolean
  /** null is a value. */
  readonly nullable: boolean
  /** The value may be missing. */
  readonly optional: boolean
}

interface Texts extends PackedBytes {
  readonly type: "text"
  readonly valid: Uint8Array | undefined
}

interface Numbers {
  readonly type: "number"
  readonly integer: boolean
  readonly values: Float64Array
  readonly valid: Uint8Array | undefined
}

interface Flags {
  readonly type: "flag"
  readonly values: Uint8Array
  readonly valid: Uint8Array | undefined
}

export interface JsonColumns {
  readonly columns: { readonly [name: string]: Texts | Numbers | Flags }
  /** One byte a record: 0 where it is not JSON or has other values than the columns may hold; the row then says nothing. */
  readonly wasRead: Uint8Array
}

interface Kernel {
  readonly memory: KernelMemory
  readonly heap: () => number
  readonly read: (
    columnTable: number,
    columns: number,
    records: number,
    offsets: number,
    rows: number,
    cells: number,
    kinds: number,
    wasRead: number,
    texts: number
  ) => void
}

const kernelBytes: Uint8Array<ArrayBuffer> = readFileSync(new URL("./json.wasm", import.meta.url))
/** Compiled once a thread; the instance is kept for its memory, unless that has become large. */
const kept: { module?: object; kernel?: Kernel | undefined } = {}
const keptBytes = 64 << 20

/** Records of more bytes are not read here: their memory would be taken twice. */
const mostBytes = 512 << 20

const kinds = { missing: 1, null: 2, flag: 4, text: 8, number: 16 }
const cellBytes = 16

/**
 * Reads each record as a JSON object, as JSON.parse does, into columns by the names of its fields; other fields are passed
 * over. Undefined where the records are not UTF-8, or too many bytes.
 *
 * @example
 * import { jsonColumns } from "#sluice/text"
 * const bytes = new TextEncoder().encode('{"n":1}{"n":"one"}')
 * const n = { type: "number", integer: true, nullable: false, optional: false } as const
 * const read = jsonColumns({ bytes, offsets: Int32Array.of(0, 7, 18) }, { n })
 * read?.wasRead // → [1, 0]
 */
export const jsonColumns = (
  { bytes, offsets }: PackedBytes,
  columns: { readonly [name: string]: PlainColumn }
): JsonColumns | undefined => {
  const rows = offsets.length - 1
  const names = Object.keys(columns)
  if (bytes.length > mostBytes || !isUtf8(bytes)) return undefined
  const kernel = kernelOf()
  const laid = layOut(kernel, names, bytes.length, rows)
  const memory = Buffer.from(kernel.memory.buffer)
  writeTable(memory, laid.table, columns)
  memory.set(bytes, laid.records)
  memory.set(new Uint8Array(offsets.buffer, offsets.byteOffset, offsets.byteLength), laid.offsets)
  const { table, records, cells, kinds: kindsAt, wasRead: readAt, texts } = laid
  kernel.read(table, names.length, records, laid.offsets, rows, cells, kindsAt, readAt, texts)
  const read: Read = {
    memory,
    cells: new Uint32Array(memory.buffer, cells, (rows * names.length * cellBytes) / 4),
    values: new Float64Array(memory.buffer, cells, (rows * names.length * cellBytes) / 8),
    kinds: memory.subarray(kindsAt, kindsAt + rows * names.length),
    wasRead: new Uint8Array(memory.subarray(readAt, readAt + rows)),
    rows,
    width: names.length
  }
  const made = names.map((name, i) => {
    const column = columns[name]!
    return [name, column.type === "text" ? textsOf(read, i) : numbersOf(read, i, column)] as const
  })
  if (memory.length > keptBytes) kept.kernel = undefined
  return { columns: Object.fromEntries(made), wasRead: read.wasRead }
}

const kernelOf = (): Kernel => {
  kept.module ??= compile(kernelBytes)
  kept.kernel ??= instantiate<Kernel>(kept.module)
  return kept.kernel
}

/** Bytes of a column's entry in the table. */
const entryBytes = 16
/** Room behind what is read or written 16 bytes at a time. */
const slack = 64

/** Addresses of what the kernel reads and writes, in memory that is large enough. */
const layOut = (kernel: Kernel, names: ReadonlyArray<string>, bytes: number, rows: number) => {
  let end = kernel.heap()
  const take = (size: number) => {
    const at = (end + 15) & ~15
    end = at + size + slack
    return at
  }
  const laid = {
    table: take(names.reduce((sum, name) => sum + entryBytes + Buffer.byteLength(name), 0)),
    records: take(bytes),
    offsets: take((rows + 1) * 4),
    cells: take(rows * names.length * cellBytes),
    kinds: take(rows * names.length),
    wasRead: take(rows),
    texts: take(bytes)
  }
  reach(kernel.memory, end)
  return laid
}

const writeTable = (memory: Buffer, at: number, columns: { readonly [name: string]: PlainColumn }): void => {
  const entries = Object.entries(columns)
  let name = at + entries.length * entryBytes
  for (const [i, [text, { type, nullable, optional }]] of entries.entries()) {
    const length = memory.write(text, name)
    memory.writeUInt32LE(name, at + i * entryBytes)
    memory.writeUInt32LE(length, at + i * entryBytes + 4)
    memory[at + i * entryBytes + 8] = kinds[type] | (nullable ? kinds.null : 0) | (optional ? kinds.missing : 0)
    name += length
  }
}

/** What the kernel found: cells and kinds of `width` columns, row by row. */
interface Read {
  readonly memory: Buffer
  readonly cells: Uint32Array
  readonly values: Float64Array
  readonly kinds: Uint8Array
  readonly wasRead: Uint8Array
  readonly rows: number
  readonly width: number
}

/** Below this a loop copies faster than a call. */
const shortText = 32

const textsOf = ({ memory, cells, kinds: found, wasRead, rows, width }: Read, column: number): Texts => {
  const offsets = new Int32Array(rows + 1)
  let valid: Uint8Array | undefined
  for (let row = 0; row < rows; row++) {
    const cell = row * width + column
    const isThere = wasRead[row] === 1 && found[cell] === kinds.text
    if (!isThere && wasRead[row] === 1) {
      valid ??= new Uint8Array(rows).fill(1)
      valid[row] = 0
    }
    offsets[row + 1] = offsets[row]! + (isThere ? cells[cell * 4 + 1]! : 0)
  }
  const bytes = new Uint8Array(offsets[rows]!)
  for (let row = 0; row < rows; row++) {
    const to = offsets[row]!
    const length = offsets[row + 1]! - to
    const from = cells[(row * width + column) * 4]!
    if (length < shortText) for (let i = 0; i < length; i++) bytes[to + i] = memory[from + i]!
    else bytes.set(memory.subarray(from, from + length), to)
  }
  return { type: "text", offsets, bytes, valid }
}

/** Numbers and flags; what no number can be in a column of numbers makes its record one that was not read. */
const numbersOf = (
  { memory, cells, values: laid, kinds: found, wasRead, rows, width }: Read,
  column: number,
  { type, integer }: PlainColumn
): Numbers | Flags => {
  const values = type === "number" ? new Float64Array(rows) : new Uint8Array(rows)
  let valid: Uint8Array | undefined
  for (let row = 0; row < rows; row++) {
    if (wasRead[row] === 0) continue
    const cell = row * width + column
    if (found[cell] === kinds.missing || found[cell] === kinds.null) {
      valid ??= new Uint8Array(rows).fill(1)
      valid[row] = 0
      continue
    }
    let value = laid[cell * 2 + 1]!
    if (Number.isNaN(value)) {
      const from = cells[cell * 4]!
      value = Number(memory.toString("latin1", from, from + cells[cell * 4 + 1]!))
    }
    if (type === "number" && (integer ? !Number.isSafeInteger(value) : !Number.isFinite(value))) wasRead[row] = 0
    else values[row] = value + 0
  }
  return type === "number"
    ? { type, integer, values: values as Float64Array, valid }
    : { type: "flag", values: values as Uint8Array, valid }
}
