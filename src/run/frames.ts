// Framing: the records of an input file, found once per content and kept: where each stands, its size and its digest.
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { SourceDeclaration } from "../stage/declaration.ts"
import type { Databases, Frames } from "../stage/source.ts"
import type { Store } from "../store/store.ts"
import { digestBytes, keyOf } from "../table/digest.ts"
import { DigestMap } from "../table/digest-map.ts"
import { sha256Into } from "../table/sha256.ts"
import { bytesOf, float64Of, int32Of, readPack, writePack } from "../table/pack.ts"
import { memberChoice, readMember, readUnchanged } from "./archive.ts"
import { compressionEnding, decompress } from "./decompress.ts"
import type { InputFile } from "./listing.ts"
import { gapsOf, startsOf } from "./stretch.ts"
import type { ReadBuffer } from "./whole-file.ts"

export interface FramedFile {
  readonly file: InputFile
  readonly count: number
  /** 16 bytes per record: the start of the sha256 of its bytes. */
  readonly digests: Uint8Array
  /** How often the same record occurred before in the file. */
  readonly occurrences: Int32Array
  readonly sizes: Float64Array
  readonly starts: Float64Array
  readonly lines: boolean
  /** Where each record stands in the file, where they stand there as they are. */
  readonly spots: Float64Array | undefined
}

/** The records of a file as they are stored. */
interface FrameAction {
  readonly pack: string
  readonly lines: boolean
}

/** What the frames of a file depend on: the framing code and the file's bytes, and its path where framing may read it. */
export const keyOfFrames = (node: GraphNode, frameKey: string, file: InputFile): string => {
  const { frame } = node.declaration as SourceDeclaration
  // A frame that takes the path as well may depend on all of it; otherwise only the ending tells how to decompress.
  const path = frame.length > 2 ? file.path : compressionEnding(file.path)
  return keyOf(["frames", frameKey, file.digest, path ?? ""])
}

/** The frames that are stored of a file, if they are. */
export const storedFrames = (store: Store, key: string, file: InputFile): FramedFile | undefined => {
  const known = store.action<FrameAction>(key)
  return known !== undefined && store.has(known.pack) ? unpack(file, known, store) : undefined
}

/** Frames a file's bytes and stores what was found. */
export const frameAndKeep = async (
  store: Store,
  node: GraphNode,
  key: string,
  file: InputFile,
  raw: Uint8Array
): Promise<{ readonly framed: FramedFile; readonly frames: Frames }> => {
  const frames = await frameFile(node, file.path, raw)
  const found = frameRecords(frames)
  const gaps = file.member === undefined ? gapsOf(raw, frames) : undefined
  keepFrames(store, key, { ...found, gaps })
  return { framed: { ...found, file, spots: gaps && startsOf(gaps, found.sizes) }, frames }
}

const unpack = (file: InputFile, action: FrameAction, store: Store): FramedFile => {
  const pack = readPack(store.get(action.pack))
  const sizes = float64Of(pack["sizes"]!)
  const gaps = pack["gaps"]
  return {
    file,
    count: sizes.length,
    digests: pack["digests"]!,
    occurrences: int32Of(pack["occurrences"]!),
    sizes,
    starts: float64Of(pack["starts"]!),
    lines: action.lines,
    spots: gaps && startsOf(int32Of(gaps), sizes)
  }
}

type Found = Omit<FramedFile, "file" | "spots">

const keepFrames = (store: Store, key: string, found: Found & { readonly gaps: Int32Array | undefined }) => {
  const { digests, lines, gaps } = found
  const [occurrences, sizes, starts] = [bytesOf(found.occurrences), bytesOf(found.sizes), bytesOf(found.starts)]
  const pack = store.put(
    writePack({ digests, occurrences, sizes, starts, ...(gaps === undefined ? {} : { gaps: bytesOf(gaps) }) })
  )
  const action: FrameAction = { pack, lines }
  store.compare(key, action, (one) => [one.pack, one.lines])
  store.putAction(key, action)
}

const databases: Databases = {
  sqlite: async (bytes, query) => (await import("./sqlite.ts")).querySqlite(bytes, query),
  duckdb: async (bytes, query) => (await import("./duckdb.ts")).queryDuckdb(bytes, query)
}

export const frameFile = async (node: GraphNode, path: string, raw: Uint8Array): Promise<Frames> => {
  const plain = await decompress(raw, path, node.name, node.options["maxExpandedBytes"] as number)
  const { frame } = node.declaration as SourceDeclaration
  try {
    return (await frame(plain, node.options, path, databases)) as Frames
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw new SluiceError("SLUICE_BAD_INPUT", `${node.name}: ${path} ${(cause as Error).message}`, {
      hint: "mend or remove the file",
      cause
    })
  }
}

/** Begins to read a file; that it cannot be read is told to who waits for it. */
export const readAhead = (node: GraphNode, file: InputFile): Promise<Uint8Array> => {
  const reading = readPlanned(node, file)
  reading.catch(() => {})
  return reading
}

/** The bytes of a file, which must be those that were digested; in `buffer`, if it is read there, until that is used again. */
export const readPlanned = async (node: GraphNode, file: InputFile, buffer?: ReadBuffer): Promise<Uint8Array> => {
  const known = file.read?.bytes
  if (known !== undefined) return known
  if (file.member !== undefined) return readMember(file.absolute, file.member, memberChoice(node))
  return readUnchanged(node.name, file, buffer)
}

const frameRecords = (frames: Frames): Found => {
  const digests = new Uint8Array(frames.count * digestBytes)
  const occurrences = new Int32Array(frames.count)
  const sizes = new Float64Array(frames.count)
  const starts = new Float64Array(frames.count)
  let lines = false
  for (let i = 0; i < frames.count; i++) {
    const record = frames.record(i)
    sha256Into(record, 0, record.length, digests, i * digestBytes, digestBytes)
    sizes[i] = record.length
    const place = frames.place(i)
    lines = "line" in place
    starts[i] = "line" in place ? place.line : place.start
  }
  const met = new DigestMap(frames.count)
  const entries = met.put(digests)
  const times = new Int32Array(met.size)
  for (let i = 0; i < frames.count; i++) occurrences[i] = times[entries[i]!]!++
  return { count: frames.count, digests, occurrences, sizes, starts, lines }
}
