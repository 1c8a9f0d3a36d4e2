// The records of a source: each file framed once per content, all records cut into partitions, bytes fetched when needed.
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { SourceDeclaration } from "../stage/declaration.ts"
import type { Frames } from "../stage/stage.ts"
import type { Store } from "../store/store.ts"
import { cutRecords } from "../table/cut.ts"
import { digestBytes, digestText, keyOf } from "../table/digest.ts"
import { bytesOf, float64Of, int32Of, readPack, writePack } from "../table/pack.ts"
import { hash } from "node:crypto"
import { decompress } from "./decompress.ts"
import type { InputFile } from "./listing.ts"
import { digestBeside, readWhole } from "./whole-file.ts"

/** Where a record stands: `line` (1-based), or a byte range of the (decompressed) file. */
export type Place = { readonly line: number } | { readonly start: number; readonly end: number }

interface FramedFile {
  readonly file: InputFile
  readonly count: number
  /** 16 bytes per record: the start of the sha256 of its bytes. */
  readonly digests: Uint8Array
  /** How often the same record occurred before in the file. */
  readonly occurrences: Int32Array
  readonly sizes: Float64Array
  readonly starts: Float64Array
  readonly lines: boolean
}

interface FrameAction {
  readonly pack: string
  readonly lines: boolean
}

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

  /** Frames what was not framed before and cuts the partitions. `frameKey` stands for the framing code. */
  static async of(node: GraphNode, frameKey: string, files: ReadonlyArray<InputFile>, store: Store): Promise<Records> {
    const { frame } = node.declaration as SourceDeclaration
    const keys = files.map((file) => {
      // A frame that takes the path as well may depend on all of it; otherwise only the ending tells how to decompress.
      const path = frame.length > 2 ? file.path : /\.(gz|zst)$/i.exec(file.path)?.[0]
      return keyOf(["frame", frameKey, file.digest, path ?? ""])
    })
    const framed = files.map((file, index) => {
      const known = store.action<FrameAction>(keys[index]!)
      return known !== undefined && store.has(known.pack) ? unpack(file, known, store) : undefined
    })
    /** Files of the same bytes are framed once. */
    const first = new Map(keys.map((key, index) => [key, index] as const).reverse())
    const missing = [...first.values()].filter((index) => framed[index] === undefined).sort((a, b) => a - b)
    let open: Open | undefined
    let ahead = missing.length === 0 ? undefined : readAhead(node, files[missing[0]!]!)
    for (const [at, index] of missing.entries()) {
      const raw = await ahead!
      const next = missing[at + 1]
      ahead = next === undefined ? undefined : readAhead(node, files[next]!)
      const frames = await frameFile(node, files[index]!, raw)
      open = { index, frames: Promise.resolve(frames) }
      framed[index] = frameRecords(files[index]!, frames)
      keepFrames(store, keys[index]!, framed[index])
    }
    const all = files.map((file, index) => framed[index] ?? { ...framed[first.get(keys[index]!)!]!, file })
    return new Records(node, all, keys, open)
  }

  get files(): ReadonlyArray<InputFile> {
    return this.#framed.map(({ file }) => file)
  }

  /** The place of a partition's record. */
  place(
    part: RecordPartition,
    record: number
  ): { readonly path: string; readonly digest: string; readonly place: Place } {
    const framed = this.#framed[part.files[record]!]!
    const index = part.inFile[record]!
    const start = framed.starts[index]!
    const place = framed.lines ? { line: start } : { start, end: start + framed.sizes[index]! }
    return { path: framed.file.path, digest: framed.file.digest, place }
  }

  /** The bytes of some records of a partition, end to end with offsets. A file that changed since is an error. */
  async bytes(part: RecordPartition): Promise<{ readonly bytes: Uint8Array; readonly offsets: Int32Array }> {
    const offsets = new Int32Array(part.count + 1)
    for (let i = 0; i < part.count; i++)
      offsets[i + 1] = offsets[i]! + this.#framed[part.files[i]!]!.sizes[part.inFile[i]!]!
    const bytes = new Uint8Array(offsets[part.count]!)
    for (let i = 0; i < part.count; ) {
      const file = part.files[i]!
      const frames = await this.#frames(file)
      for (; i < part.count && part.files[i] === file; i++) bytes.set(frames.record(part.inFile[i]!), offsets[i])
    }
    return { bytes, offsets }
  }

  #frames(index: number): Promise<Frames> {
    if (this.#open?.index !== index) {
      const { file } = this.#framed[index]!
      this.#open = { index, frames: readPlanned(this.#node, file).then((raw) => frameFile(this.#node, file, raw)) }
    }
    return this.#open.frames
  }

  get declaration(): SourceDeclaration {
    return this.#declaration
  }
}

const unpack = (file: InputFile, action: FrameAction, store: Store): FramedFile => {
  const pack = readPack(store.get(action.pack))
  const sizes = float64Of(pack["sizes"]!)
  return {
    file,
    count: sizes.length,
    digests: pack["digests"]!,
    occurrences: int32Of(pack["occurrences"]!),
    sizes,
    starts: float64Of(pack["starts"]!),
    lines: action.lines
  }
}

const keepFrames = (store: Store, key: string, { digests, occurrences, sizes, starts, lines }: FramedFile) => {
  const pack = store.put(
    writePack({ digests, occurrences: bytesOf(occurrences), sizes: bytesOf(sizes), starts: bytesOf(starts) })
  )
  const action: FrameAction = { pack, lines }
  store.compare(key, action, (one) => [one.pack, one.lines])
  store.putAction(key, action)
}

const frameFile = async (node: GraphNode, file: InputFile, raw: Uint8Array): Promise<Frames> => {
  const plain = decompress(raw, file.path, node.name)
  const { frame } = node.declaration as SourceDeclaration
  try {
    return (await frame(plain, node.options, file.path)) as Frames
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw new SluiceError("SLUICE_BAD_INPUT", `${node.name}: ${file.path} ${(cause as Error).message}`, {
      hint: "mend or remove the file",
      cause
    })
  }
}

/** Begins to read a file; that it cannot be read is told to who waits for it. */
const readAhead = (node: GraphNode, file: InputFile): Promise<Uint8Array> => {
  const reading = readPlanned(node, file)
  reading.catch(() => {})
  return reading
}

/** The bytes of a file, which must be those that were digested. */
const readPlanned = async (node: GraphNode, file: InputFile): Promise<Uint8Array> => {
  const known = file.digested?.bytes
  if (known !== undefined) return known
  const bytes = await readWhole(file.absolute).catch((cause: NodeJS.ErrnoException) => {
    throw changed(node, file, `it can no longer be read (${cause.code})`)
  })
  if ((await digestBeside(bytes)) !== file.digest)
    throw changed(node, file, "its bytes are no longer those that were digested")
  return bytes
}

const changed = (node: GraphNode, file: InputFile, what: string): SluiceError =>
  new SluiceError("SLUICE_CHANGED_DURING_RUN", `${node.name}: ${file.path} changed during the run: ${what}`, {
    hint: "run again: finished work is kept"
  })

const frameRecords = (file: InputFile, frames: Frames): FramedFile => {
  const digests = new Uint8Array(frames.count * digestBytes)
  const occurrences = new Int32Array(frames.count)
  const seen = new Map<string, number>()
  const sizes = new Float64Array(frames.count)
  const starts = new Float64Array(frames.count)
  let lines = false
  for (let i = 0; i < frames.count; i++) {
    const record = frames.record(i)
    digests.set(hash("sha256", record, "buffer").subarray(0, digestBytes), i * digestBytes)
    const text = digestText(digests, i)
    occurrences[i] = seen.get(text) ?? 0
    seen.set(text, occurrences[i]! + 1)
    sizes[i] = record.length
    const place = frames.place(i)
    lines = "line" in place
    starts[i] = "line" in place ? place.line : place.start
  }
  return { file, count: frames.count, digests, occurrences, sizes, starts, lines }
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
