// The memory of a WebAssembly kernel, which grows by pages and never shrinks.

export interface KernelMemory {
  readonly buffer: ArrayBuffer
  readonly grow: (pages: number) => number
}

const pageBytes = 65536

/** Makes the memory reach to the byte `end`. Views of its buffer are void where it grew. */
export const reach = (memory: KernelMemory, end: number): void => {
  const missing = end - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
}
