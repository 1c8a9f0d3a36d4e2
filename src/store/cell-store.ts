// Cells: replies that were paid for, in append-only segments with one writer each. What was put is on the disk, or it fails.
import { randomBytes } from "node:crypto"
import { appendFileSync, closeSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { basename, join } from "node:path"
import { type Framed, framesIn, frameOf, valueAt, cellValue } from "./cell-frame.ts"
import { diskError } from "./durable-file.ts"
import { listed } from "./folder.ts"
import { readInto } from "./read-into.ts"

/** A writer begins another segment beyond so many bytes. */
const segmentBytes = 64 << 20

interface Place extends Framed {
  readonly segment: Segment
}

/** A segment as it is read: up to where it is known. */
interface Segment {
  readonly path: string
  readonly file: number
  end: number
  /** What is read no further, where it ends in damage or is our own. */
  size: number
}

/** What of the cells was found changed; what stood there is asked for anew. */
export interface CellDamage {
  /** The segment. */
  readonly path: string
  readonly text: string
}

interface Waiting {
  readonly key: string
  readonly value: Uint8Array
  readonly done: () => void
  readonly failed: (cause: unknown) => void
}

export class CellStore {
  readonly #folder: string
  readonly #found: ((damage: CellDamage) => void) | undefined
  readonly #told = new Set<string>()
  readonly #segments = new Map<string, Segment>()
  readonly #places = new Map<string, Place>()
  readonly #mine = new Set<string>()
  #writer: { readonly path: string; readonly file: FileHandle; end: number } | undefined
  #waiting: Array<Waiting> = []
  #flushing: Promise<void> | undefined

  /** Cells of a store; `found` is told what of them is damaged. Without it nothing is written down about damage. */
  constructor(root: string, found?: (damage: CellDamage) => void) {
    this.#folder = join(root, "cells")
    this.#found = found
  }

  /** Cells that can be read. */
  get size(): number {
    return this.#places.size
  }

  /** The values of the cells that were read last, at most so many. */
  *latest(most: number): Generator<Uint8Array> {
    for (const key of [...this.#places.keys()].slice(-most)) {
      const value = this.get(key)
      if (value !== undefined) yield value
    }
  }

  /** Reads what other processes, and earlier ones, have written. */
  refresh(): void {
    for (const name of listed(this.#folder)) {
      if (!name.endsWith(".seg") || this.#mine.has(name)) continue
      let segment = this.#segments.get(name)
      if (segment === undefined) {
        const path = join(this.#folder, name)
        try {
          segment = { path, file: openSync(path, "r"), end: 0, size: 0 }
        } catch (cause) {
          if ((cause as NodeJS.ErrnoException).code === "ENOENT") continue
          throw diskError(path, cause)
        }
        this.#segments.set(name, segment)
      }
      this.#read(segment)
    }
  }

  #read(segment: Segment) {
    const { size } = fstatSync(segment.file)
    if (size <= segment.size) return
    const bytes = readAt(segment, segment.end, size - segment.end)
    const { cells, end, damaged } = framesIn(bytes, segment.end)
    for (const cell of cells) this.#places.set(cell.key, { ...cell, segment })
    for (const at of damaged) this.#tell(segment, at)
    segment.end = end
    segment.size = size
  }

  /** Tells of damage once: beside the segment stands what was told by earlier processes. */
  #tell({ path }: Segment, at: number) {
    const told = `${path}.told`
    const place = `${path} ${at}`
    if (this.#found === undefined || this.#told.has(place)) return
    this.#told.add(place)
    try {
      if (existsSync(told) && readFileSync(told, "utf8").split("\n").includes(String(at))) return
      appendFileSync(told, `${at}\n`)
    } catch {
      // Told again by the next run, then.
    }
    const text = `${basename(path)} of the model calls was changed at byte ${at}; replies that stood there are asked for anew`
    this.#found({ path, text })
  }

  /** The value of a cell, in this process's view; one that was changed on the disk is forgotten, and told. */
  get(key: string): Uint8Array | undefined {
    const place = this.#places.get(key)
    if (place === undefined) return undefined
    const { segment, at, length } = place
    const value = cellValue(readAt(segment, at - valueAt, length + valueAt), key)
    if (value !== undefined) return value
    this.#places.delete(key)
    this.#tell(segment, at)
    return undefined
  }

  /** Appends a cell; it is on the disk when this resolves. Those that come while the disk works go together. */
  put(key: string, value: Uint8Array): Promise<void> {
    const stored = new Promise<void>((done, failed) => this.#waiting.push({ key, value, done, failed }))
    this.#flushing ??= this.#flush()
    return stored
  }

  async #flush() {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0)
      try {
        await this.#append(group)
      } catch (cause) {
        // What was written in part stays behind as a torn end; the next cell goes to a segment of its own.
        const error = diskError(this.#writer?.path ?? this.#folder, cause)
        await this.close()
        for (const { failed } of group) failed(error)
        continue
      }
      for (const { done } of group) done()
    }
    // At once: who was told just now may put the next.
    this.#flushing = undefined
  }

  async #append(group: ReadonlyArray<Waiting>) {
    if (this.#writer !== undefined && this.#writer.end > segmentBytes) await this.close()
    this.#writer ??= await this.#begin()
    const writer = this.#writer
    const frames = Buffer.concat(group.map(({ key, value }) => frameOf(key, value)))
    for (let at = 0; at < frames.length; )
      at += (await writer.file.write(frames, at, frames.length - at, writer.end + at)).bytesWritten
    await writer.file.datasync()
    const segment = this.#own(writer.path)
    for (const { key, value } of group) {
      this.#places.set(key, { key, at: writer.end + valueAt, length: value.length, segment })
      writer.end += valueAt + value.length
    }
  }

  async #begin() {
    mkdirSync(this.#folder, { recursive: true })
    const name = `${Date.now().toString(36)}-${randomBytes(6).toString("hex")}.seg`
    const path = join(this.#folder, name)
    const file = await open(path, "wx")
    this.#mine.add(name)
    syncFolder(this.#folder)
    return { path, file, end: 0 }
  }

  #own(path: string): Segment {
    let segment = this.#segments.get(path)
    if (segment === undefined) {
      segment = { path, file: openSync(path, "r"), end: 0, size: 0 }
      this.#segments.set(path, segment)
    }
    return segment
  }

  /** Ends the segment that is written. */
  async close(): Promise<void> {
    const writer = this.#writer
    this.#writer = undefined
    await writer?.file.close().catch(() => {})
  }

  /** Closes all files; nothing is read or written any more. */
  async dispose(): Promise<void> {
    await this.#flushing
    await this.close()
    for (const { file } of this.#segments.values())
      try {
        closeSync(file)
      } catch {
        // They were read alone: nothing is lost.
      }
    this.#segments.clear()
    this.#places.clear()
  }
}

const readAt = ({ path, file }: Segment, at: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length)
  try {
    return bytes.subarray(0, readInto(file, bytes, at))
  } catch (cause) {
    throw diskError(path, cause)
  }
}

/** Has a folder's new name on the disk, where the system can. */
const syncFolder = (folder: string) => {
  try {
    const file = openSync(folder, "r")
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch {
    // Not every system opens folders; the file itself is on the disk.
  }
}
