// A zip archive of files, written as the format has it: local headers, directory, end.
import { crc32, deflateRawSync } from "node:zlib"

/** The archive of files by name, each deflated. `told` is the size that headers and directory tell, where not the true one. */
export const zipOf = (files: { readonly [name: string]: string | Uint8Array }, told?: number): Uint8Array => {
  const locals: Array<Buffer> = []
  const directory: Array<Buffer> = []
  let at = 0
  for (const [path, given] of Object.entries(files)) {
    const name = Buffer.from(path)
    const content = typeof given === "string" ? Buffer.from(given) : given
    const packed = deflateRawSync(content)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(told ?? content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(at, 10)
    directory.push(Buffer.from("PK\x01\x02\x14\x00"), common, place, name)
    locals.push(Buffer.from("PK\x03\x04"), common, name, packed)
    at += 30 + name.length + packed.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write("PK\x05\x06")
  end.writeUInt16LE(Object.keys(files).length, 8)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, listed, end])
}
