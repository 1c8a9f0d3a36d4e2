// The part of the bzip2 library that is used; it brings no types.
declare module "seek-bzip" {
  interface Input {
    readByte(): number
    seek(to: number): void
    eof(): boolean
  }
  interface Output {
    writeByte(byte: number): void
  }
  const bunzip: {
    readonly Stream: new () => object
    readonly decode: (input: Input, output: Output, multistream: boolean) => unknown
  }
  export default bunzip
}
