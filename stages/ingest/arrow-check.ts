// Whether the metadata of an Arrow file or stream holds together, before the library follows it: damage must be no endless loop.
import { Damaged, FlatBuffer, type FlatTable } from "./flat-tables.ts"

const SCHEMA = 1
const DICTIONARY = 2
const BATCH = 3

/** Most rows of a batch whose columns hold no value: nothing else bounds them. */
const mostEmptyRows = 1 << 24
/** Deepest nesting of a column's type. */
const mostDepth = 64

interface Message {
  readonly kind: number
  /** The byte after it and its body. */
  readonly end: number
}

/**
 * Follows every reference of the metadata and returns the number of record batches. An Error names the byte of the message
 * that is damaged, or that ends outside the file.
 */
export const arrowBatches = (bytes: Uint8Array, isFile: boolean): number =>
  isFile ? batchesOfFile(bytes) : batchesOfStream(bytes)

const batchesOfStream = (bytes: Uint8Array): number => {
  let batches = 0
  for (let at = 0; ; ) {
    const message = messageAt(bytes, at, bytes.length)
    if (message === undefined) return batches
    if (message.kind === BATCH) batches++
    at = message.end
  }
}

const batchesOfFile = (bytes: Uint8Array): number => {
  const end = bytes.length - 10
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getInt32(end, true)
  if (length <= 0 || length > end - 8) throw new Error(`its footer, at byte ${end}, has no possible length (${length})`)
  const footer = told(end - length, () => {
    const table = new FlatBuffer(bytes.subarray(end - length, end)).root()
    checkFields(table.table(1), 0)
    checkPairs(table, 4)
    return { dictionaries: table.structs(2, 3), batches: table.structs(3, 3) }
  })
  for (const [blocks, kind] of [[footer.dictionaries, DICTIONARY] as const, [footer.batches, BATCH] as const])
    for (const block of blocks) {
      const message = messageAt(bytes, block[0]!, end - length)
      if (message?.kind !== kind)
        throw new Error(`its footer names a ${names[kind]} at byte ${block[0]}, where none is`)
    }
  return footer.batches.length
}

const names: { readonly [kind: number]: string } = { [DICTIONARY]: "dictionary", [BATCH]: "record batch" }

/** The message at a byte; undefined where the end is marked. */
const messageAt = (bytes: Uint8Array, at: number, limit: number): Message | undefined => {
  const outside = (to: number) =>
    new Error(`its message at byte ${at} ends at ${to}, where no more than ${limit} can be`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (at + 8 > limit) throw outside(at + 8)
  const isMarked = view.getInt32(at, true) === -1
  const length = view.getInt32(isMarked ? at + 4 : at, true)
  if (length === 0) return undefined
  const start = isMarked ? at + 8 : at + 4
  if (length < 0 || start + length > limit) throw outside(start + length)
  return told(at, () => {
    const message = new FlatBuffer(bytes.subarray(start, start + length)).root()
    const kind = message.byte(1)
    const body = message.size(3)
    const end = start + length + body
    if (end > limit) throw outside(end)
    const header = message.table(2)
    if (header === undefined) throw new Damaged()
    checkPairs(message, 4)
    if (kind === SCHEMA) checkFields(header, 0)
    if (kind === BATCH) checkBatch(header, body)
    if (kind === DICTIONARY) checkBatch(header.table(1), body)
    return { kind, end }
  })
}

const told = <A>(at: number, check: () => A): A => {
  try {
    return check()
  } catch (cause) {
    throw cause instanceof Damaged ? new Error(`its metadata at byte ${at} is damaged`, { cause }) : cause
  }
}

/** The fields of a schema (field 1), or of a field (5). */
const checkFields = (of: FlatTable | undefined, depth: number): void => {
  if (of === undefined || depth > mostDepth) throw new Damaged()
  checkPairs(of, depth === 0 ? 2 : 6)
  for (const field of of.tables(depth === 0 ? 1 : 5)) {
    field.vector(0, 1)
    if (field.byte(2) !== 0 && field.table(3) === undefined) throw new Damaged()
    field.table(4)?.table(1)
    checkFields(field, depth + 1)
  }
}

/** Names and values that a writer adds. */
const checkPairs = (of: FlatTable, number: number): void => {
  for (const pair of of.tables(number)) {
    pair.vector(0, 1)
    pair.vector(1, 1)
  }
}

const checkBatch = (batch: FlatTable | undefined, body: number): void => {
  if (batch === undefined) throw new Damaged()
  const rows = batch.size(0)
  for (const [length] of batch.structs(1, 2)) if (length! > 2 ** 31) throw new Damaged()
  for (const [offset, length] of batch.structs(2, 2)) if (offset! + length! > body) throw new Damaged()
  batch.table(3)
  if (body === 0 && rows > mostEmptyRows) throw new Error(`a batch has ${rows} rows and no values`)
}
