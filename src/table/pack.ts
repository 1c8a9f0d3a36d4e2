// A pack: named byte sections in one object. Holds what belongs to a block but is no column: ids, digests, parents.

/** Lays sections out behind a small JSON header; the same sections give the same bytes. */
export const writePack = (sections: { readonly [name: string]: Uint8Array }): Uint8Array => {
  const names = Object.keys(sections).sort()
  let at = 0
  const entries = names.map((name) => {
    const entry = [name, at, sections[name]!.byteLength] as const
    at += Math.ceil(sections[name]!.byteLength / 8) * 8
    return entry
  })
  const header = Buffer.from(JSON.stringify(entries))
  const start = Math.ceil((4 + header.length) / 8) * 8
  const out = new Uint8Array(start + at)
  new DataView(out.buffer).setUint32(0, header.length, true)
  out.set(header, 4)
  for (const [name, offset] of entries) out.set(sections[name]!, start + offset)
  return out
}

/** The sections of a pack, as views of its bytes. */
export const readPack = (bytes: Uint8Array): { readonly [name: string]: Uint8Array } => {
  const copy = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
  const length = new DataView(copy.buffer, copy.byteOffset).getUint32(0, true)
  const entries = JSON.parse(Buffer.from(copy.buffer, copy.byteOffset + 4, length).toString()) as ReadonlyArray<
    readonly [string, number, number]
  >
  const start = Math.ceil((4 + length) / 8) * 8
  return Object.fromEntries(
    entries.map(([name, offset, size]) => [name, copy.subarray(start + offset, start + offset + size)])
  )
}

export const bytesOf = (array: Int32Array | Float32Array | Uint16Array | Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
export const int32Of = (bytes: Uint8Array): Int32Array =>
  new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
export const uint16Of = (bytes: Uint8Array): Uint16Array =>
  new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2)
export const float32Of = (bytes: Uint8Array): Float32Array =>
  new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
export const float64Of = (bytes: Uint8Array): Float64Array =>
  new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
