// Unigram (Kudo 2018): the cut of a word into pieces with the largest sum of log probabilities, by Viterbi's algorithm.
import { byteTokens, type WordModel } from "./byte-pair.ts"
import { badTokenizer, type Part } from "./definition.ts"
import type { IdBuffer } from "./id-buffer.ts"

/** An unknown character is worth this much less than the rarest piece. */
const UNKNOWN_PENALTY = 10

/** Pieces by their UTF-16 units: children are found by (node, unit) in an open-addressed table. */
class PieceTrie {
  private nodes = 1
  private slots: Int32Array
  private readonly parents: Int32Array
  private readonly units: Uint16Array
  /** Id of the piece that ends at a node, −1 where none does. */
  readonly ids: Int32Array

  constructor(pieces: readonly string[]) {
    const most = pieces.reduce((total, piece) => total + piece.length, 1)
    this.parents = new Int32Array(most)
    this.units = new Uint16Array(most)
    this.ids = new Int32Array(most).fill(-1)
    let size = 16
    while (size < 2 * most) size *= 2
    this.slots = new Int32Array(size)
    pieces.forEach((piece, id) => {
      let node = 0
      for (let at = 0; at < piece.length; at++) node = this.grow(node, piece.charCodeAt(at))
      if (node > 0) this.ids[node] = id
    })
  }

  private slotOf(node: number, unit: number): number {
    const mask = this.slots.length - 1
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)
    hash ^= hash >>> 15
    let slot = hash & mask
    for (;;) {
      const child = this.slots[slot]!
      if (child === 0 || (this.parents[child] === node && this.units[child] === unit)) return slot
      slot = (slot + 1) & mask
    }
  }

  private grow(node: number, unit: number): number {
    const slot = this.slotOf(node, unit)
    if (this.slots[slot] === 0) {
      this.slots[slot] = this.nodes
      this.parents[this.nodes] = node
      this.units[this.nodes] = unit
      this.nodes++
    }
    return this.slots[slot]!
  }

  /** The node below `node` by `unit`, 0 when there is none. */
  child(node: number, unit: number): number {
    return this.slots[this.slotOf(node, unit)]!
  }
}

export class UnigramModel implements WordModel {
  readonly vocabulary: ReadonlyMap<string, number>
  private readonly scores: Float64Array
  private readonly trie: PieceTrie
  private readonly unknown: number
  private readonly unknownScore: number
  private readonly fallback: Int32Array | undefined
  private best = new Float64Array(256)
  private starts = new Int32Array(256)
  private ids = new Int32Array(256)

  constructor(part: Part) {
    const pieces = (part["vocab"] ?? []) as readonly (readonly [string, number])[]
    this.vocabulary = new Map(pieces.map(([piece], id) => [piece, id]))
    this.scores = Float64Array.from(pieces, ([, score]) => score)
    this.trie = new PieceTrie(pieces.map(([piece]) => piece))
    this.unknown = part["unk_id"] === null || part["unk_id"] === undefined ? -1 : Number(part["unk_id"])
    if (this.unknown >= pieces.length) throw badTokenizer(`unk_id ${this.unknown} is outside the vocabulary.`)
    this.unknownScore = this.scores.reduce((least, score) => Math.min(least, score), Infinity) - UNKNOWN_PENALTY
    this.fallback = part["byte_fallback"] === true ? byteTokens(this.vocabulary) : undefined
  }

  encode(word: string, into: IdBuffer): void {
    this.findBest(word)
    const cuts: number[] = []
    let end = word.length
    while (end > 0) {
      cuts.push(end)
      // Unknown characters side by side are one piece.
      let start = this.starts[end]!
      if (this.ids[end] === this.unknown) {
        while (start > 0 && this.ids[start] === this.unknown) start = this.starts[start]!
      }
      end = start
    }
    let start = 0
    for (const cut of cuts.reverse()) {
      this.put(word.slice(start, cut), into)
      start = cut
    }
  }

  private put(piece: string, into: IdBuffer): void {
    const id = this.vocabulary.get(piece)
    if (id !== undefined) {
      into.push(id)
      return
    }
    const bytes = this.fallback === undefined ? undefined : Buffer.from(piece, "utf8")
    if (bytes?.every((byte) => this.fallback![byte]! >= 0)) {
      for (const byte of bytes) into.push(this.fallback![byte]!)
      return
    }
    if (this.unknown < 0) {
      throw badTokenizer(`The vocabulary has no piece for ${JSON.stringify(piece)} and no unknown token.`)
    }
    into.push(this.unknown)
  }

  /** For each place the best sum of scores that reaches it, and where the piece that ends there begins. */
  private findBest(word: string): void {
    const size = word.length
    if (this.best.length <= size) {
      this.best = new Float64Array(2 * size)
      this.starts = new Int32Array(2 * size)
      this.ids = new Int32Array(2 * size)
    }
    const { best, starts, ids, trie, scores } = this
    starts.fill(-1, 0, size + 1)
    best[0] = 0
    let at = 0
    while (at < size) {
      const here = best[at]!
      const next = at + ((word.charCodeAt(at) & 0xfc00) === 0xd800 && at + 1 < size ? 2 : 1)
      let single = false
      let node = 0
      for (let end = at; end < size; ) {
        node = trie.child(node, word.charCodeAt(end))
        if (node === 0) break
        end++
        const id = trie.ids[node]!
        if (id < 0) continue
        const score = scores[id]! + here
        if (starts[end]! < 0 || score > best[end]!) {
          best[end] = score
          starts[end] = at
          ids[end] = id
        }
        single ||= end === next
      }
      const score = this.unknownScore + here
      if (!single && (starts[next]! < 0 || score > best[next]!)) {
        best[next] = score
        starts[next] = at
        ids[next] = this.unknown
      }
      at = next
    }
  }
}
