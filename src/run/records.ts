// The records of a source: each file framed once per content, all records cut into partitions, bytes fetched when needed.
import type { GraphNode } from "../graph/graph.ts"
import type { SourceDeclaration } from "../stage/declaration.ts"
import type { Frames } from "../stage/source.ts"
import type { Store } from "../store/store.ts"
import { cutRecords } from "../table/cut.ts"
import { digestBytes } from "../table/digest.ts"
import {
  frameAndKeep,
  type FramedFile,
  frameFile,
  keyOfFrames,
  readAhead,
  readPlanned,
  storedFrames
} from "./frames.ts"
import type { InputFile } from "./listing.ts"
import type { ParseInput } from "./parse.ts"
import type { Stretch } from "./stretch.ts"
import type { FrameTask } from "./task.ts"

/** Where a record stands: `line` (1-based), or a byte range of the (decompressed) file. */
export type Place = { readonly line: number } | { readonly start: number; readonly end: number }

/** One partition of a source before parsing. */
export interface RecordPartition {
  /** Index of the first record, counted over all files, and how many. */
  readonly from: number
  readonly count: number
  /** File of each record, as an index into the source's files. */
  readonly files: Int32Array
  readonly inFile: Int32Array
  readonly digests: Uint8Array
  /** How often the same record occurred before in its file. */
  readonly occurrences: Int32Array
}

/** Files read and digested beside this thread, which frames those before them: no more, for each is in memory whole. */
const readsAhead = 2

/** From here on it is worth the way to frame a file in another thread. */
const largeBytes = 1 << 20

/** Frames a file in another thread, from where the store has what was found. */
export type FrameBeside = (task: FrameTask) => Promise<unknown>

interface Open {
  readonly index: number
  readonly frames: Promise<Frames>
}

export class Records {
  readonly #node: GraphNode
  readonly #declaration: SourceDeclaration
  readonly #framed: ReadonlyArray<FramedFile>
  /** Keys of the results that the frames of its files are stored under. */
  readonly frames: ReadonlyArray<string>
  readonly partitions: ReadonlyArray<RecordPartition>
  /** The file that was framed last. */
  #open: Open | undefined

  private constructor(
    node: GraphNode,
    framed: ReadonlyArray<FramedFile>,
    frames: ReadonlyArray<string>,
    open: Open | undefined
  ) {
    this.#node = node
    this.#open = open
    this.frames = frames
    this.#declaration = node.declaration as SourceDeclaration
    this.#framed = framed
    this.partitions = partition(framed, node.options["partitionBytes"] as number)
  }

  /**
   * Frames what was not framed before and cuts the partitions. `frameKey` stands for the framing code; `beside` frames
   * a file in another thread, and serves where several large ones are new.
   */
  static async of(
    node: GraphNode,
    frameKey: string,
    files: ReadonlyArray<InputFile>,
    store: Store,
    beside?: FrameBeside
  ): Promise<Records> {
    const keys = files.map((file) => keyOfFrames(node, frameKey, file))
    const framed = files.map((file, index) => storedFrames(store, keys[index]!, file))
    /** Files of the same bytes are framed once. */
    const first = new Map(keys.map((key, index) => [key, index] as const).reverse())
    const missing = [...first.values()].filter((index) => framed[index] === undefined).sort((a, b) => a - b)
    const large = missing.filter((index) => files[index]!.bytes >= largeBytes)
    const sent = beside !== undefined && large.length > 1 ? large : []
    const done = Promise.allSettled(
      sent.map(async (index) => {
        const { read: _, ...file } = files[index]!
        await beside!({ kind: "frame", node: node.name, key: keys[index]!, file })
        framed[index] = storedFrames(store, keys[index]!, file)
      })
    )
    const here = missing.filter((index) => !sent.includes(index))
    let open: Open | undefined
    const ahead: Array<Promise<Uint8Array>> = []
    for (const [at, index] of here.entries()) {
      for (const next of here.slice(at + ahead.length, at + readsAhead)) ahead.push(readAhead(node, files[next]!))
      const made = await frameAndKeep(store, node, keys[index]!, files[index]!, await ahead.shift()!)
      open = { index, frames: Promise.resolve(made.frames) }
      framed[index] = made.framed
    }
    for (const one of await done) if (one.status === "rejected") throw one.reason
    const all = files.map((file, index) => framed[index] ?? { ...framed[first.get(keys[index]!)!]!, file })
    return new Records(node, all, keys, open)
  }

  get files(): ReadonlyArray<InputFile> {
    return this.#framed.map(({ file }) => file)
  }

  /** The place of a partition's record, which is the `nth` of its file (from 1). */
  place(
    part: RecordPartition,
    record: number
  ): { readonly path: string; readonly digest: string; readonly place: Place; readonly nth: number } {
    const framed = this.#framed[part.files[record]!]!
    const index = part.inFile[record]!
    const start = framed.starts[index]!
    const place = framed.lines ? { line: start } : { start, end: start + framed.sizes[index]! }
    return { path: framed.file.path, digest: framed.file.digest, place, nth: index + 1 }
  }

  /** Where each record of a partition starts and ends; a line ends at −1. */
  places({ count, files, inFile }: RecordPartition): { readonly start: Float64Array; readonly end: Float64Array } {
    const start = new Float64Array(count)
    const end = new Float64Array(count)
    for (let record = 0; record < count; record++) {
      const { starts, sizes, lines } = this.#framed[files[record]!]!
      const index = inFile[record]!
      start[record] = starts[index]!
      end[record] = lines ? -1 : starts[index]! + sizes[index]!
    }
    return { start, end }
  }

  /**
   * The records of a partition, with the size of each: where they stand in their files, or else their bytes, end to end in
   * memory that threads share: a copy for each would take longer than making them. A file that changed since is an error.
   */
  async found(part: RecordPartition): Promise<Pick<ParseInput, "bytes" | "offsets" | "stretches">> {
    const offsets = new Int32Array(part.count + 1)
    for (let i = 0; i < part.count; i++)
      offsets[i + 1] = offsets[i]! + this.#framed[part.files[i]!]!.sizes[part.inFile[i]!]!
    const stretches = this.#stretches(part)
    if (stretches !== undefined) return { bytes: new Uint8Array(0), offsets, stretches }
    const bytes = new Uint8Array(new SharedArrayBuffer(offsets[part.count]!))
    for (let i = 0; i < part.count; ) {
      const file = part.files[i]!
      const frames = await this.#frames(file)
      for (; i < part.count && part.files[i] === file; i++) bytes.set(frames.record(part.inFile[i]!), offsets[i])
    }
    return { bytes, offsets }
  }

  /** Where a partition's records stand; undefined where some stand in no file as they are, or are in memory already. */
  #stretches({ count, files, inFile }: RecordPartition): ReadonlyArray<Stretch> | undefined {
    const stretches: Array<Stretch> = []
    for (let from = 0, to = 0; from < count; from = to) {
      const index = files[from]!
      const { file, spots } = this.#framed[index]!
      if (spots === undefined || this.#open?.index === index) return undefined
      while (to < count && files[to] === index) to++
      const { path, absolute } = file
      stretches.push({ path, absolute, starts: Float64Array.from(inFile.subarray(from, to), (at) => spots[at]!) })
    }
    return stretches
  }

  #frames(index: number): Promise<Frames> {
    if (this.#open?.index !== index) {
      const { file } = this.#framed[index]!
      this.#open = { index, frames: readPlanned(this.#node, file).then((raw) => frameFile(this.#node, file.path, raw)) }
    }
    return this.#open.frames
  }

  get declaration(): SourceDeclaration {
    return this.#declaration
  }
}

const partition = (framed: ReadonlyArray<FramedFile>, targetBytes: number): ReadonlyArray<RecordPartition> => {
  const total = framed.reduce((sum, file) => sum + file.count, 0)
  const digests = new Uint8Array(total * digestBytes)
  const sizes = new Float64Array(total)
  const files = new Int32Array(total)
  const inFile = new Int32Array(total)
  const occurrences = new Int32Array(total)
  let at = 0
  framed.forEach((file, index) => {
    digests.set(file.digests, at * digestBytes)
    occurrences.set(file.occurrences, at)
    sizes.set(file.sizes, at)
    files.fill(index, at, at + file.count)
    for (let i = 0; i < file.count; i++) inFile[at + i] = i
    at += file.count
  })
  let from = 0
  return cutRecords(digests, sizes, targetBytes).map((end) => {
    const part = {
      from,
      count: end - from,
      files: files.slice(from, end),
      inFile: inFile.slice(from, end),
      digests: digests.slice(from * digestBytes, end * digestBytes),
      occurrences: occurrences.slice(from, end)
    }
    from = end
    return part
  })
}
