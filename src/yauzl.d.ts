// Types of yauzl, as far as it is used: the directory of a zip archive in memory.
declare module "yauzl" {
  export interface Entry {
    readonly fileNameRaw: Buffer
    readonly generalPurposeBitFlag: number
    readonly extraFields: ReadonlyArray<{ readonly id: number; readonly data: Buffer }>
    readonly compressionMethod: number
    readonly compressedSize: number
    readonly uncompressedSize: number
    readonly crc32: number
    readonly versionMadeBy: number
    readonly externalFileAttributes: number
    readonly isEncrypted: () => boolean
  }
  export interface ZipFile {
    readonly eachEntry: () => AsyncIterable<Entry>
    readonly readLocalFileHeaderPromise: (
      entry: Entry,
      options: { readonly minimal: true }
    ) => Promise<{ readonly fileDataStart: number }>
  }
  export const fromBufferPromise: (bytes: Buffer, options: { readonly decodeStrings: false }) => Promise<ZipFile>
  export const getFileNameLowLevel: (
    flags: number,
    name: Buffer,
    extraFields: Entry["extraFields"],
    strict: boolean
  ) => string
}
