// Stretches: records that stand in a file as they are. The thread that parses them reads them there, and no thread reads for it.
import { closeSync, openSync } from "node:fs"
import { readInto } from "../store/read-into.ts"
import { digestBytes } from "../table/digest.ts"
import { sha256Into } from "../table/sha256.ts"
import { changedInRun } from "./archive.ts"
import type { ParseInput } from "./parse.ts"
import { ReadBuffer } from "./whole-file.ts"

/** Records of a partition that follow each other in a file. */
export interface Stretch {
  /** As rows and errors name it. */
  readonly path: string
  readonly absolute: string
  /** Byte in the file where each record begins, in order. */
  readonly starts: Float64Array
}

/** Between records a file may have so many bytes beside theirs: what is read in vain. */
const mostBetween = 1 << 20

/**
 * Bytes before each record, from the end of the one before, where all of them stand in order in the file as it was read;
 * undefined where they do not, or lie far apart.
 */
export const gapsOf = (
  file: Uint8Array,
  records: { readonly count: number; readonly record: (index: number) => Uint8Array }
): Int32Array | undefined => {
  const gaps = new Int32Array(records.count)
  const [first, last] = [file.byteOffset, file.byteOffset + file.length]
  let end = first
  let between = 0
  for (let i = 0; i < records.count; i++) {
    const record = records.record(i)
    const gap = record.byteOffset - end
    between += gap
    end = record.byteOffset + record.length
    if (record.buffer !== file.buffer || gap < 0 || end > last || between > mostBetween + i) return undefined
    gaps[i] = gap
  }
  return gaps
}

/** Where records begin that have gaps before them. */
export const startsOf = (gaps: Int32Array, sizes: Float64Array): Float64Array => {
  const starts = new Float64Array(gaps.length)
  let end = 0
  for (let i = 0; i < gaps.length; i++) {
    starts[i] = end + gaps[i]!
    end = starts[i]! + sizes[i]!
  }
  return starts
}

/**
 * The records of a partition with their bytes, read from files where they stand there; `node` is named in the error where
 * one is no longer what was digested. In `buffer` they stay until it is used again.
 */
export const readStretches = (node: string, input: ParseInput, buffer = new ReadBuffer()): ParseInput => {
  const { stretches, offsets, digests } = input
  if (stretches === undefined) return input
  const spans: Array<number> = []
  let record = 0
  let most = 0
  for (const { starts } of stretches) {
    const last = record + starts.length - 1
    spans.push(starts.at(-1)! - starts[0]! + offsets[last + 1]! - offsets[last]!)
    most = Math.max(most, offsets[record]! + spans.at(-1)!)
    record = last + 1
  }
  const bytes = buffer.ofSize(most)
  record = 0
  for (const [index, { path, absolute, starts }] of stretches.entries()) {
    const from = offsets[record]!
    readAt(node, path, absolute, bytes.subarray(from, from + spans[index]!), starts[0]!)
    for (const start of starts) {
      const [to, end] = [offsets[record]!, offsets[record + 1]!]
      const at = from + start - starts[0]!
      bytes.copyWithin(to, at, at + end - to)
      if (!isDigestOf(bytes, to, end, digests, record))
        throw changedInRun(node, path, "its bytes are no longer those that were digested")
      record++
    }
  }
  return { ...input, bytes, stretches: undefined }
}

const readAt = (node: string, path: string, absolute: string, bytes: Uint8Array, position: number) => {
  try {
    const file = openSync(absolute, "r")
    try {
      // Where the file was cut: what is missing is noticed as any other change.
      bytes.fill(0, readInto(file, bytes, position))
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw changedInRun(node, path, `it can no longer be read (${(cause as NodeJS.ErrnoException).code})`)
  }
}

const found = new Uint8Array(digestBytes)

const isDigestOf = (bytes: Uint8Array, from: number, to: number, digests: Uint8Array, record: number): boolean => {
  sha256Into(bytes, from, to, found, 0, digestBytes)
  for (let i = 0; i < digestBytes; i++) if (found[i] !== digests[record * digestBytes + i]) return false
  return true
}
