// FlatBuffers read with doubt: tables and vectors of a buffer that may be damaged, each reference held to its bounds.

/** What a buffer holds does not fit together. */
export class Damaged extends Error {
  constructor() {
    super("its metadata is damaged")
  }
}

/** A buffer's bytes. Tables are counted, so that following references that fold into each other ends. */
export class FlatBuffer {
  readonly #view: DataView
  #looks = 0

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The table at the root. */
  root(): FlatTable {
    return this.table(this.reference(0))
  }

  /** Where a reference leads. References go forward alone. */
  reference(at: number): number {
    this.need(at, 4)
    const to = at + this.#view.getUint32(at, true)
    this.need(to, 4)
    if (to === at) throw new Damaged()
    return to
  }

  table(at: number): FlatTable {
    if (++this.#looks > this.#view.byteLength) throw new Damaged()
    this.need(at, 4)
    const types = at - this.#view.getInt32(at, true)
    this.need(types, 4)
    const length = this.#view.getUint16(types, true)
    const size = this.#view.getUint16(types + 2, true)
    if (length < 4 || size < 4) throw new Damaged()
    this.need(types, length)
    this.need(at, size)
    return new FlatTable(this, this.#view, { at, types, length, size })
  }

  need(at: number, bytes: number): void {
    if (at < 0 || at + bytes > this.#view.byteLength) throw new Damaged()
  }
}

interface Place {
  readonly at: number
  readonly types: number
  readonly length: number
  readonly size: number
}

/** A table: its fields by their numbers in the format's schema. */
export class FlatTable {
  readonly #buffer: FlatBuffer
  readonly #view: DataView
  readonly #place: Place

  constructor(buffer: FlatBuffer, view: DataView, place: Place) {
    this.#buffer = buffer
    this.#view = view
    this.#place = place
  }

  /** Where a field of so many bytes lies; undefined where the table leaves it out. */
  #field(number: number, bytes: number): number | undefined {
    const { at, types, length, size } = this.#place
    if (6 + 2 * number > length) return undefined
    const offset = this.#view.getUint16(types + 4 + 2 * number, true)
    if (offset === 0) return undefined
    if (offset + bytes > size) throw new Damaged()
    return at + offset
  }

  byte(number: number): number {
    const at = this.#field(number, 1)
    return at === undefined ? 0 : this.#view.getUint8(at)
  }

  /** A whole number of 64 bits that is no less than 0 and that a double holds. */
  size(number: number): number {
    const at = this.#field(number, 8)
    return at === undefined ? 0 : this.#sizeAt(at)
  }

  #sizeAt(at: number): number {
    const value = Number(this.#view.getBigInt64(at, true))
    if (!Number.isSafeInteger(value) || value < 0) throw new Damaged()
    return value
  }

  table(number: number): FlatTable | undefined {
    const at = this.#field(number, 4)
    return at === undefined ? undefined : this.#buffer.table(this.#buffer.reference(at))
  }

  /** The elements of a vector, `bytes` each: the offset of each. */
  vector(number: number, bytes: number): ReadonlyArray<number> {
    const at = this.#field(number, 4)
    if (at === undefined) return []
    const start = this.#buffer.reference(at)
    const count = this.#view.getUint32(start, true)
    this.#buffer.need(start + 4, count * bytes)
    return Array.from({ length: count }, (_, i) => start + 4 + i * bytes)
  }

  tables(number: number): ReadonlyArray<FlatTable> {
    return this.vector(number, 4).map((at) => this.#buffer.table(this.#buffer.reference(at)))
  }

  /** Structs of whole numbers of 64 bits, `numbers` each. */
  structs(number: number, numbers: number): ReadonlyArray<ReadonlyArray<number>> {
    return this.vector(number, 8 * numbers).map((at) =>
      Array.from({ length: numbers }, (_, i) => this.#sizeAt(at + 8 * i))
    )
  }
}
