// A list of token ids that grows: encoding appends to it, so that a text costs one allocation.

export class IdBuffer {
  ids = new Int32Array(1024)
  length = 0

  /** Makes room for `more` further ids. */
  reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.ids.length) return
    const larger = new Int32Array(Math.max(needed, 2 * this.ids.length))
    larger.set(this.ids.subarray(0, this.length))
    this.ids = larger
  }

  push(id: number): void {
    if (this.length === this.ids.length) this.reserve(1)
    this.ids[this.length++] = id
  }

  /** Takes the ids out and empties the list. */
  take(): Int32Array {
    const taken = this.ids.slice(0, this.length)
    this.length = 0
    return taken
  }
}
