// What of WebAssembly the kernels use, which TypeScript's own library leaves to that of browsers; and memory that grows.

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports?: object) => { readonly exports: unknown }
}

/** Compiles a kernel's bytes. */
export const compile = (bytes: Uint8Array<ArrayBuffer>): object => new WebAssembly.Module(bytes)

/** A kernel with a memory of its own, as what it exports. */
export const instantiate = <Exports>(module: object, imports?: object): Exports =>
  new WebAssembly.Instance(module, imports).exports as Exports

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
