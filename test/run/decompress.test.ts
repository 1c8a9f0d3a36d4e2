// Decompression by file name: what comes out, streams end to end, damage and cuts, the limit of what a file may become.
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { constants, gzipSync, zstdCompressSync } from "node:zlib"
import { expect, test } from "vitest"
import { decompress } from "#src/run/decompress.ts"

const plain = Buffer.from('{"a":1}\n{"a":"two, 2"}\n')
const zeros = Buffer.alloc(1_000_000)
const bytes = (base64: string) => Buffer.from(base64, "base64")

/** Made with bzip2 1.0.8 and xz 5.4. */
const made = {
  bz2: bytes("QlpoOTFBWSZTWY7VdFgAAApZgAAQUAQwECAAhIogADEA0ACVDTRtR6M3QxL2qQPL+OLF3JFOFCQjtV0WAA=="),
  xz: bytes(
    "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAWeyJhIjoxfQp7ImEiOiJ0d28sIDIifQoAAI7AA5cgHh5EAAEvF4EISbEftvN9AQAAAAAEWVo="
  ),
  "bz2 zeros": bytes("QlpoOTFBWSZTWXnTnkgAB6jAQMAAAAIACCAAMMwJqmmVJDapSQ8XckU4UJB5055I"),
  "xz zeros": bytes(
    "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj70I/ANFdAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPmTwz82AAAAADKzVZfu0uHjAAHtAcCEPQDV4HauscRn+wIAAAAABFla"
  ),
  "xz sha256": bytes(
    "/Td6WFoAAArh+wyhAgAhARYAAAB0L+WjAQAWeyJhIjoxfQp7ImEiOiJ0d28sIDIifQoAAJO7+F4MgmtODASRiMMhnfoGJZq0CiQFDLueYAOmGTu9AAFHFy7pbRwYm0uaAQAAAAAKWVo="
  ),
  "bz2 empty": bytes("QlpoORdyRThQkAAAAAA="),
  "xz empty": bytes("/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo=")
}

const limit = 4 * 2 ** 30
const undo = (path: string, given: Uint8Array, most = limit) => decompress(given, path, "ingest.jsonl", most)

const files: ReadonlyArray<readonly [path: string, compressed: Buffer]> = [
  ["a.jsonl.gz", gzipSync(plain)],
  ["a.jsonl.ZST", zstdCompressSync(plain)],
  ["a.jsonl.bz2", made.bz2],
  ["a.jsonl.xz", made.xz]
]

test("a file that is not compressed is left as it is", async () => {
  expect(await undo("a.jsonl", plain, 1)).toBe(plain)
})

test.each(files)("%s is decompressed", async (path, compressed) => {
  expect(Buffer.from(await undo(path, compressed))).toEqual(plain)
})

test.each([
  ["a.gz", gzipSync(plain)],
  ["a.zst", zstdCompressSync(plain)],
  ["a.bz2", made.bz2],
  ["a.xz", made.xz]
])("%s of two streams is both", async (path, compressed) => {
  expect(Buffer.from(await undo(path, Buffer.concat([compressed, compressed])))).toEqual(Buffer.concat([plain, plain]))
})

test.each([
  ["a.bz2", made["bz2 empty"]],
  ["a.xz", made["xz empty"]]
])("%s of nothing is empty", async (path, compressed) => {
  expect((await undo(path, compressed)).length).toBe(0)
})

const skipped = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9])
const empty = zstdCompressSync(Buffer.alloc(0))
const summed = zstdCompressSync(plain, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
const large = randomBytes(700_000)

test.each([
  ["frames that hold no data", [skipped, zstdCompressSync(plain), skipped], plain],
  ["an empty frame first", [empty, zstdCompressSync(plain)], plain],
  ["checksums", [summed, skipped, summed], Buffer.concat([plain, plain])],
  [
    "blocks that are not compressed, and runs",
    [zstdCompressSync(large), zstdCompressSync(zeros)],
    Buffer.concat([large, zeros])
  ],
  ["empty frames alone", [empty, empty], Buffer.alloc(0)]
])("a zstd file with %s", async (_, parts, expected) => {
  expect(Buffer.compare(await undo("a.zst", Buffer.concat(parts)), expected)).toBe(0)
})

test("a zstd file cut in its second frame is an error", async () => {
  const whole = Buffer.concat([summed, skipped, summed])
  const ends = [summed.length, summed.length + skipped.length]
  for (let end = summed.length; end < whole.length; end++)
    if (!ends.includes(end))
      await expect(undo("a.zst", whole.subarray(0, end)), `the first ${end} bytes`).rejects.toMatchObject({
        message: expect.stringContaining("a.zst is no whole zstd file: ")
      })
})

const archive = new URL("../../../shared/data/formats-zstd.tar.zst", import.meta.url).pathname

test("other people's zstd files are read or refused with a clear error", async ({ skip }) => {
  skip(!existsSync(archive), "shared/data/formats-zstd.tar.zst is not here")
  const folder = mkdtempSync(join(tmpdir(), "sluice-zstd-"))
  execFileSync("tar", ["--zstd", "-xf", archive, "-C", folder])
  const sizes: { [file: string]: number | string } = {}
  for (const file of globSync("formats/zstd/golden-decompression*/*.zst", { cwd: folder }))
    sizes[basename(file)] = await undo(file, readFileSync(join(folder, file))).then(
      (out) => out.length,
      (error: Error) => error.message.replace(/^.* is no whole zstd file: /, "")
    )
  rmSync(folder, { recursive: true })
  expect(sizes).toEqual({
    "block-128k.zst": 131068,
    "empty-block.zst": 0,
    "rle-first-block.zst": 1048576,
    "zeroSeq_2B.zst": 13,
    "off0.bin.zst": "Data corruption detected",
    "truncated_huff_state.zst": "Data corruption detected",
    "zeroSeq_extraneous.zst": "Data corruption detected"
  })
})

test.each(files)("%s cut anywhere is an error", async (path, compressed) => {
  for (let end = 0; end < compressed.length; end++)
    await expect(undo(path, compressed.subarray(0, end)), `the first ${end} bytes`).rejects.toMatchObject({
      code: "SLUICE_BAD_INPUT",
      message: expect.stringMatching(/^ingest\.jsonl: a\.jsonl\.\w+ is no whole \w+ file: \w/)
    })
})

test.each([
  ["a.bz2", made.bz2],
  ["a.xz", made.xz]
])("%s with a byte changed is an error, or the same", async (path, compressed) => {
  for (let at = 0; at < compressed.length; at++) {
    const changed = Buffer.from(compressed)
    changed[at]! ^= 0x14
    const read = await undo(path, changed).then(
      (out) => Buffer.from(out).toString(),
      (error: Error) => error.message
    )
    if (read !== plain.toString()) expect(read, `byte ${at}`).toMatch(/ is no whole (bzip2|xz) file: /)
  }
})

test.each([
  ["a.bz2", Buffer.from("no bzip2"), "it does not begin as bzip2 files do"],
  ["a.bz2", Buffer.concat([made.bz2, Buffer.from("more")]), "the data is damaged"],
  ["a.zst", Buffer.concat([zstdCompressSync(plain), Buffer.from("more")]), "other bytes follow its last frame"],
  ["a.zst", plain, "Unknown frame descriptor"],
  ["a.xz", plain, "it does not begin as xz files do"],
  ["a.xz", made["xz sha256"], "it uses a filter or checksum that is not read here"]
])("%s: what is wrong is said", async (path, compressed, message) => {
  const format = { "a.xz": "xz", "a.bz2": "bzip2", "a.zst": "zstd" }[path]
  await expect(undo(path, compressed)).rejects.toMatchObject({
    code: "SLUICE_BAD_INPUT",
    message: `ingest.jsonl: ${path} is no whole ${format} file: ${message}`
  })
})

test.each([
  ["a.gz", gzipSync(zeros)],
  ["a.zst", zstdCompressSync(zeros)],
  ["b.zst", Buffer.concat([zstdCompressSync(zeros.subarray(9)), zstdCompressSync(zeros.subarray(0, 9))])],
  ["a.bz2", made["bz2 zeros"]],
  ["a.xz", made["xz zeros"]]
])("%s may become as large as the limit and no larger", async (path, compressed) => {
  expect((await undo(path, compressed, zeros.length)).length).toBe(zeros.length)
  for (const most of [zeros.length - 1, 100])
    await expect(undo(path, compressed, most)).rejects.toMatchObject({
      code: "SLUICE_BAD_INPUT",
      message: `ingest.jsonl: ${path} becomes larger than ${most} bytes when decompressed; it has ${compressed.length}`
    })
})
