// Members of archives: what other writers pack is read; damage, cuts, bombs and ways out of the folder are told or undone.
import { expect, test } from "vitest"
import { isArchive, type Member } from "#src/run/archive.ts"
import { tarMembers } from "#src/run/tar.ts"
import { zipMembers } from "#src/run/zip.ts"
import { zipOf } from "../stages/ingest/zip-archive.ts"
import { first, second, tars, zips } from "./archives.ts"

const most = 1 << 20
const tooLarge = () => new Error("too large")
const contents = async (members: ReadonlyArray<Member>, limit = most) => {
  const found: Array<readonly [string, string]> = []
  for (const { name, read } of members)
    found.push([
      name,
      await (async () => read(limit, tooLarge))().then(
        (bytes) => Buffer.from(bytes).toString(),
        (error: Error) => `✗ ${error.message}`
      )
    ])
  return found
}

test.each([
  ["a.tar", true],
  ["A.TAR.GZ", true],
  ["a.tgz", true],
  ["a.tar.zst", true],
  ["a.txz", true],
  ["a.tbz2", true],
  ["a.zip", true],
  ["a.jsonl.gz", false],
  ["tar", false],
  ["a.epub", false]
])("%s is an archive: %j", (path, expected) => {
  expect(isArchive(path)).toBe(expected)
})

const long = `${"x".repeat(60)}/${"y".repeat(60)}/b.jsonl`
const wide = `${"é".repeat(80)}/c.jsonl`
const usual = [
  ["./d/a.jsonl", first],
  [long, second],
  [wide, second],
  ["hard.jsonl", first]
]

test("tar archives of each dialect: long names, hard links are files, folders and soft links are passed over", async () => {
  expect(await contents(tarMembers(tars.pax))).toEqual(usual)
  expect(await contents(tarMembers(tars.gnu))).toEqual([...usual, ["./d/a.jsonl", second]])
  expect(await contents(tarMembers(tars.ustar))).toEqual(usual.filter(([name]) => name !== wide))
})

test.each(["sparse gnu", "sparse pax"] as const)("a %s member stands whole", async (name) => {
  const zeros = 1 << 20
  expect(await contents(tarMembers(tars[name]), 2 * zeros)).toEqual([["sp.jsonl", `${"\0".repeat(zeros)}x\n`]])
})

test.each(["pieces pax 0.0", "pieces pax 0.1", "pieces pax 1.0", "pieces gnu"] as const)(
  "a sparse member of thirty %s: each stands where it stood",
  async (name) => {
    const whole = new Uint8Array(3 << 20)
    for (let i = 0; i < 30; i++) whole.set(Buffer.from(`{"id":"p${String(i).padStart(2, "0")}"}\n`), i * 98304)
    const [member, ...others] = tarMembers(tars[name])
    expect([member!.name, others]).toEqual(["sp.jsonl", []])
    expect(Buffer.compare(await member!.read(whole.length, tooLarge), whole)).toBe(0)
    expect(() => member!.read(whole.length - 1, tooLarge)).toThrow("too large")
  }
)

test("a sparse member whose map is wrong is an error", async () => {
  const changed = (name: keyof typeof tars, was: string, is: string) => {
    const bytes = Buffer.from(tars[name])
    bytes.write(is, bytes.indexOf(was), "latin1")
    return contents(tarMembers(bytes), 4 * most)
  }
  expect(await changed("pieces pax 0.1", "GNU.sparse.map=0,", "GNU.sparse.map=x,")).toEqual([
    ["sp.jsonl", "✗ is a sparse file whose map cannot be read"]
  ])
  expect(await changed("pieces pax 0.1", ",98304,", ",00001,")).toEqual([
    [
      "sp.jsonl",
      expect.stringMatching(/^✗ is a sparse file with a damaged map: its piece \d+ \(\d+ bytes at \d+\) has no place$/)
    ]
  ])
})

test.each(["pax", "gnu", "ustar"] as const)("a %s archive cut anywhere before its end mark is an error", (name) => {
  const whole = tars[name]
  const end = Buffer.from(whole).lastIndexOf("jsonl")
  const marked = whole.findIndex(
    (_, at) => at > end && at % 512 === 0 && whole.subarray(at).every((byte) => byte === 0)
  )
  for (let at = 0; at < marked + 512; at += 37)
    expect(() => tarMembers(whole.subarray(0, at)), `the first ${at} bytes`).toThrow(
      /^is a tar archive cut short: it ends at byte \d+, /
    )
  expect(tarMembers(whole.subarray(0, marked + 512))).toHaveLength(tarMembers(whole).length)
})

test("a tar header with a byte changed is an error that names its place", () => {
  for (let at = 0; at < 512; at += 3) {
    const changed = Uint8Array.from(tars.ustar)
    changed[512 + at]! ^= 0x14
    expect(() => tarMembers(changed), `byte ${512 + at}`).toThrow(
      /^is a damaged tar archive: the checksum of its header at byte 512 is wrong$/
    )
  }
  expect(() => tarMembers(Buffer.alloc(1024, "text"))).toThrow(
    new Error("is no tar archive: it does not begin with a header")
  )
})

test.each([
  [
    "plain",
    [
      ["README", "read me\n"],
      ["d/a.jsonl", first],
      ["d/b.jsonl", second]
    ]
  ],
  ["streamed", [["-", first]]],
  ["zip64", [["d/a.jsonl", first]]],
  ["bzip2", [["d/a.jsonl", first]]],
  ["linked", [["d/b.jsonl", second]]],
  ["encrypted", [["d/b.jsonl", "✗ is encrypted, which is not read"]]],
  ["lzma", [["a.jsonl", "✗ is compressed by LZMA, which is not read"]]]
] as const)("a %s zip archive", async (name, expected) => {
  expect(await contents(await zipMembers(zips[name]))).toEqual(expected)
})

test("a zip archive cut anywhere is an error", async () => {
  for (let end = 0; end < zips.plain.length; end++)
    await expect(zipMembers(zips.plain.subarray(0, end)), `the first ${end} bytes`).rejects.toThrow(
      /^is no zip archive, or a damaged one: \w/
    )
})

test("a zip archive with a byte changed gives an error, or the same bytes", async () => {
  const whole = await contents(await zipMembers(zips.plain))
  for (let at = 0; at < zips.plain.length; at++) {
    const changed = Uint8Array.from(zips.plain)
    changed[at]! ^= 0x14
    const read = await zipMembers(changed).then(contents, (error: Error) => error.message)
    if (typeof read === "string") expect(read, `byte ${at}`).toMatch(/^is no zip archive, or a damaged one: /)
    else
      for (const [, text] of read)
        if (!whole.some(([, known]) => known === text))
          expect(text, `byte ${at}`).toMatch(/^✗ (is damaged|is encrypted|is compressed by|too large)/)
  }
})

test("a member that is larger than the limit, or than the directory says, is stopped", async () => {
  const zeros = Buffer.alloc(most + 1)
  const told = async (size: number) => contents(await zipMembers(zipOf({ "zeros.txt": zeros }, size)))
  expect(await told(zeros.length)).toEqual([["zeros.txt", "✗ too large"]])
  for (const size of [0, 10, most])
    expect(await told(size)).toEqual([
      ["zeros.txt", "✗ is damaged: its bytes are not those that the archive's directory tells of"]
    ])
})
