// bzip2 undone, one stream after another; the library is loaded where a file needs it.

/** Grows as it is written to, up to a limit. */
class Output {
  #buffer = new Uint8Array(1 << 16)
  #size = 0
  readonly #limit: number
  readonly #tooLarge: () => Error

  constructor(limit: number, tooLarge: () => Error) {
    this.#limit = limit
    this.#tooLarge = tooLarge
  }

  writeByte(byte: number): void {
    if (this.#size === this.#buffer.length) this.#grow()
    this.#buffer[this.#size++] = byte
  }

  #grow(): void {
    if (this.#size >= this.#limit) throw this.#tooLarge()
    const larger = new Uint8Array(Math.min(this.#size * 2, this.#limit))
    larger.set(this.#buffer)
    this.#buffer = larger
  }

  written(): Uint8Array {
    if (this.#size > this.#limit) throw this.#tooLarge()
    return this.#buffer.subarray(0, this.#size)
  }
}

/** The plain bytes; throws an Error that says what is wrong, or `tooLarge()` where there are more than `limit`. */
export const bunzip2 = async (bytes: Uint8Array, limit: number, tooLarge: () => Error): Promise<Uint8Array> => {
  const { default: bunzip } = await import("seek-bzip")
  const output = new Output(limit, tooLarge)
  let at = 0
  const input = Object.assign(new bunzip.Stream(), {
    readByte: () => {
      if (at >= bytes.length) throw new Error("unexpected end of file")
      return bytes[at++]!
    },
    seek: (to: number) => {
      at = to
    },
    eof: () => at >= bytes.length
  })
  try {
    bunzip.decode(input, output, true)
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause
    const begins = bytes[0] === 0x42 && bytes[1] === 0x5a && bytes[2] === 0x68
    throw new Error(begins ? "the data is damaged" : "it does not begin as bzip2 files do", { cause })
  }
  // The library takes the end of the bytes for the end of a stream, also where a stream's own end is missing.
  if (!endsStream(bytes)) throw new Error("unexpected end of file")
  return output.written()
}

const endMark = 0x177245385090n

/** Whether the last bits are a stream's end: its mark, 32 bits of checksum, and what fills the byte. */
const endsStream = (bytes: Uint8Array): boolean => {
  let tail = 0n
  for (const byte of bytes.subarray(-11)) tail = (tail << 8n) | BigInt(byte)
  for (let padding = 0n; padding < 8n; padding++)
    if (((tail >> (32n + padding)) & 0xffffffffffffn) === endMark) return true
  return false
}
