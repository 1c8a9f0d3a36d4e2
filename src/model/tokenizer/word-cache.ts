// Words met before and their ids, in typed arrays: a word found again costs no string, no object and no model.
import type { IdBuffer } from "./id-buffer.ts"

const SLOTS = 1 << 17
const FULL = Math.floor(SLOTS * 0.6)
const CHARACTERS = 1 << 20
const IDS = 1 << 20
/** Longer words are not kept. */
const LONGEST = 64

/** An open-addressed table by FNV-1a over UTF-16 units. When it is full it is emptied. */
export class WordCache {
  private readonly hashes = new Int32Array(SLOTS)
  private readonly starts = new Int32Array(SLOTS)
  /** Units of a word, plus one; 0 marks a free slot. */
  private readonly sizes = new Uint8Array(SLOTS)
  private readonly idStarts = new Int32Array(SLOTS)
  private readonly idCounts = new Uint16Array(SLOTS)
  private readonly characters = new Uint16Array(CHARACTERS)
  private readonly ids = new Int32Array(IDS)
  private used = 0
  private charactersUsed = 0
  private idsUsed = 0
  private slot = 0
  private hash = 0

  private equals(at: number, text: string, start: number, size: number): boolean {
    for (let index = 0; index < size; index++) {
      if (this.characters[at + index] !== text.charCodeAt(start + index)) return false
    }
    return true
  }

  /** Appends the ids of `text[start, end)` to `into`, or gives false when the word is unknown. */
  find(text: string, start: number, end: number, into: IdBuffer): boolean {
    const size = end - start
    if (size > LONGEST) return false
    let hash = 0x811c9dc5 | 0
    for (let index = start; index < end; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
    hash ^= hash >>> 15
    let slot = hash & (SLOTS - 1)
    while (this.sizes[slot] !== 0) {
      if (
        this.hashes[slot] === hash &&
        this.sizes[slot] === size + 1 &&
        this.equals(this.starts[slot]!, text, start, size)
      ) {
        const from = this.idStarts[slot]!
        const count = this.idCounts[slot]!
        into.reserve(count)
        for (let index = 0; index < count; index++) into.ids[into.length++] = this.ids[from + index]!
        return true
      }
      slot = (slot + 1) & (SLOTS - 1)
    }
    this.slot = slot
    this.hash = hash
    return false
  }

  /** Keeps the ids that `into` got since `from` for the word that `find` just did not know. */
  add(text: string, start: number, end: number, into: IdBuffer, from: number): void {
    const size = end - start
    const count = into.length - from
    if (size > LONGEST) return
    if (this.used >= FULL || this.charactersUsed + size > CHARACTERS || this.idsUsed + count > IDS) {
      this.sizes.fill(0)
      this.used = 0
      this.charactersUsed = 0
      this.idsUsed = 0
      this.slot = this.hash & (SLOTS - 1)
    }
    const { slot } = this
    this.hashes[slot] = this.hash
    this.sizes[slot] = size + 1
    this.starts[slot] = this.charactersUsed
    this.idStarts[slot] = this.idsUsed
    this.idCounts[slot] = count
    for (let index = start; index < end; index++) this.characters[this.charactersUsed++] = text.charCodeAt(index)
    for (let index = from; index < into.length; index++) this.ids[this.idsUsed++] = into.ids[index]!
    this.used++
  }
}
