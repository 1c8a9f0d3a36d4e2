// Columns of a partition in Arrow layout, as batch functions receive and return them: buffers and offsets, no row objects.

/** UTF-8 text: row `i` is `bytes[offsets[i] .. offsets[i + 1]]`; a null row has 0 in `valid`. */
export interface TextColumn {
  readonly type: "text"
  readonly offsets: Int32Array
  readonly bytes: Uint8Array
  readonly valid: Uint8Array | undefined
}

/** Byte strings, laid out like text. */
export interface BytesColumn {
  readonly type: "bytes"
  readonly offsets: Int32Array
  readonly bytes: Uint8Array
  readonly valid: Uint8Array | undefined
}

/** Finite numbers or integers; `integer` columns hold whole numbers within ±2^53. */
export interface NumberColumn {
  readonly type: "number"
  readonly integer: boolean
  readonly values: Float64Array
  readonly valid: Uint8Array | undefined
}

/** Booleans, one byte a row. */
export interface FlagColumn {
  readonly type: "flag"
  readonly values: Uint8Array
  readonly valid: Uint8Array | undefined
}

/** Lists and structs, as plain JSON values. */
export interface NestedColumn {
  readonly type: "nested"
  readonly values: ReadonlyArray<unknown>
}

export type Column = TextColumn | BytesColumn | NumberColumn | FlagColumn | NestedColumn

/** Some columns of the same rows. `valid` has one byte a row, 1 where there is a value; absent where every row has one. */
export interface Batch {
  readonly rows: number
  readonly columns: { readonly [name: string]: Column }
}

/** Records of a source end to end: record `i` is `bytes[offsets[i] .. offsets[i + 1]]`, in memory that threads may share. */
export interface RecordBatch {
  readonly bytes: Uint8Array
  readonly offsets: Int32Array
}

/** What a column may hold where its schema asks for nothing but a text, a number or a flag. */
export interface PlainColumn {
  readonly type: "text" | "number" | "flag"
  /** Numbers are whole, within ±2^53. */
  readonly integer: boolean
  /** null is a value. */
  readonly nullable: boolean
  /** The value may be missing. */
  readonly optional: boolean
}

/** Rows of records. `wasRead` has one byte a record: 0 where it was not read, and its row says nothing. */
export interface ParsedBatch {
  readonly columns: { readonly [name: string]: Column }
  readonly wasRead: Uint8Array
}

/** All rows of a dataset in order, as a select's `resolve` sees them: typed arrays for numbers, arrays otherwise. */
export interface Table<Row> {
  readonly rows: number
  readonly columns: { readonly [K in keyof Row]: ArrayLike<Row[K]> }
  /** A column as it lies in memory: for byte strings by the hundred thousand. */
  readonly column: (name: keyof Row & string) => Column
  /**
   * For each row the first row with the same value in a column, itself where none is before it; no value is read. The rows
   * of `before` count as standing before these, and are counted first.
   */
  readonly first: (name: keyof Row & string, before?: ReadonlyArray<Table<Row>>) => Int32Array
  /** Row ids as hex, in order. */
  readonly id: (row: number) => string
}
