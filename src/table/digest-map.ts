// Digests numbered in the order in which they were first met: a hash table of 16-byte entries, without an object for each.
import { digestBytes, wordsOf } from "./digest.ts"

/** Entries that a new map has room for. */
const someEntries = 256

export class DigestMap {
  /** The entries in order, four words each. */
  #words: Int32Array
  /** Entry numbers + 1, at the second word of the entry or at the next free place. */
  #places: Int32Array
  #size = 0

  /** `entries` is how many are expected; there may be more. */
  constructor(entries: number = someEntries) {
    this.#words = new Int32Array(Math.max(1, entries) * 4)
    this.#places = new Int32Array(2 ** Math.ceil(Math.log2(2 * entries + 2)))
  }

  get size(): number {
    return this.#size
  }

  /** The number of each row's entry; those that were not met before get the next ones. */
  put(digests: Uint8Array): Int32Array {
    const words = wordsOf(digests)
    const numbers = new Int32Array(words.length / 4)
    for (let row = 0; row < numbers.length; row++) {
      const place = this.#placeOf(words, row * 4)
      if (this.#places[place] !== 0) numbers[row] = this.#places[place]! - 1
      else {
        numbers[row] = this.#size
        this.#add(words, row * 4, place)
      }
    }
    return numbers
  }

  /** The number of each row's entry, or −1 where it was never put. */
  find(digests: Uint8Array): Int32Array {
    const words = wordsOf(digests)
    const numbers = new Int32Array(words.length / 4)
    for (let row = 0; row < numbers.length; row++) numbers[row] = this.#places[this.#placeOf(words, row * 4)]! - 1
    return numbers
  }

  /** Where an entry stands, or the free place where it would. */
  #placeOf(words: Int32Array, at: number): number {
    const mask = this.#places.length - 1
    let place = words[at + 1]! & mask
    for (; this.#places[place] !== 0; place = (place + 1) & mask) {
      const other = (this.#places[place]! - 1) * 4
      if (
        this.#words[other] === words[at] &&
        this.#words[other + 1] === words[at + 1] &&
        this.#words[other + 2] === words[at + 2] &&
        this.#words[other + 3] === words[at + 3]
      )
        break
    }
    return place
  }

  #add(words: Int32Array, at: number, place: number) {
    const to = this.#size * 4
    if (to === this.#words.length) this.#grow()
    for (let word = 0; word < 4; word++) this.#words[to + word] = words[at + word]!
    this.#places[place] = ++this.#size
    if (this.#size * 2 > this.#places.length) this.#spread()
  }

  #grow() {
    const words = new Int32Array(this.#words.length * 2)
    words.set(this.#words)
    this.#words = words
  }

  #spread() {
    this.#places = new Int32Array(this.#places.length * 2)
    for (let entry = 0; entry < this.#size; entry++) this.#places[this.#placeOf(this.#words, entry * 4)] = entry + 1
  }
}

/** For each row the first row with the same entry: its own number where there is none before it. */
export const firstRows = (digests: Uint8Array): Int32Array => {
  const entries = new DigestMap(digests.length / digestBytes)
  const rows = entries.put(digests)
  const first = new Int32Array(entries.size)
  let met = 0
  for (let row = 0; row < rows.length; row++) {
    if (rows[row] === met) first[met++] = row
    rows[row] = first[rows[row]!]!
  }
  return rows
}
