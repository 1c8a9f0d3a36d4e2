// Files digested in parts: the digest is that of all bytes wherever parts end, and memory is written over.
import { createHash } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { digestWhole, ReadBuffer, readWhole } from "../../src/run/whole-file.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-whole-"))
afterAll(() => rmSync(folder, { recursive: true }))

const part = 1 << 22
const buffer = new ReadBuffer()

it.each([0, 1, 1000, 1 << 20, part - 1, part, part + 1, 2 * part, 3 * part - 7, 5 * part + 3])(
  "%i bytes",
  async (size) => {
    const path = join(folder, "file")
    const bytes = Buffer.alloc(size)
    for (let i = 0; i < size; i += 997) bytes[i] = i % 251
    writeFileSync(path, bytes)
    const digest = createHash("sha256").update(bytes).digest("hex")
    expect(await digestWhole(path)).toEqual({ size, digest })
    for (const whole of [await readWhole(path), await readWhole(path, buffer)]) {
      expect(whole.digest).toBe(digest)
      expect(Buffer.compare(whole.bytes, bytes)).toBe(0)
    }
  }
)

it("memory is kept for what fits it, and let go where it is much and far less is read", () => {
  const own = new ReadBuffer()
  const small = own.ofSize(1000)
  expect(own.ofSize(1200)).toBe(small)
  expect(own.ofSize(100)).toBe(small)
  const much = own.ofSize(5 * part)
  expect(much).not.toBe(small)
  expect(own.ofSize(part)).toBe(much)
  expect(own.ofSize(1000)).not.toBe(much)
})
