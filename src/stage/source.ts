// What a source works with: the records that its framing finds, what it may look at and ask for, and the options that all have.
import type { ChosenRows, Fields, RowOf } from "./declaration.ts"
import * as Schema from "effect/Schema"
import { opt } from "./option.ts"

/** What a source's `frame` returns: how many records, their bytes and their places in the file. */
export interface Frames {
  readonly count: number
  readonly record: (index: number) => Uint8Array
  /** A line number (1-based), or a byte range. */
  readonly place: (index: number) => { readonly line: number } | { readonly start: number; readonly end: number }
}

/** A row of a database: text, numbers, integers as bigints, bytes, dates, lists, structs or null. */
export type QueryRow = { readonly [column: string]: unknown }

/**
 * What the engine does for a source's `frame` that a stage may not do by itself: a query of a database whose bytes are given.
 * One statement that only reads, without clock and chance, its rows ordered; else an Error says what is wrong.
 */
export interface Databases {
  readonly sqlite: (bytes: Uint8Array, query: string) => Promise<ReadonlyArray<QueryRow>>
  readonly duckdb: (bytes: Uint8Array, query: string) => Promise<ReadonlyArray<QueryRow>>
}

/** What a source's `list` may look at. Paths are relative to the project's folder. */
export interface Folder {
  /** A file's text; undefined where there is none. */
  readonly read: (path: string) => string | undefined
  /** A file's size in bytes; undefined where there is none. */
  readonly size: (path: string) => number | undefined
  /** The files below a folder, relative to it, in byte order. */
  readonly names: (path: string) => ReadonlyArray<string>
}

/**
 * What every source takes: which members of tar and zip archives it reads (globs; all unless told otherwise), how large its
 * partitions should be, in bytes of records, how large a compressed file, a member of an archive, or what is read of an
 * archive in all may become, in bytes, and how many archives may lie in one another. A change recomputes nothing but, for
 * other members, what these bring.
 */
export const sourceOptions = {
  member: opt.knob(Schema.Union([Schema.String, Schema.Array(Schema.String)]), "**"),
  partitionBytes: opt.knob(Schema.Int, 2 << 20),
  maxExpandedBytes: opt.knob(Schema.Int, 4 * 2 ** 30),
  maxArchiveDepth: opt.knob(Schema.Int, 3)
}

/** What `parse` gives of a record: a row of the fields that a source emits, or of the struct that its option gives. */
export type Parsed<E> = E extends ChosenRows
  ? { readonly [column: string]: unknown }
  : E extends Fields
    ? RowOf<E>
    : never
