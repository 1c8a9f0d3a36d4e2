// Files that other threads digest: what this thread would find, errors included, with fewer threads than files and with none left.
import { createHash } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { DigestThreads } from "../../src/run/digest-threads.ts"
import { Random } from "./random-numbers.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-digests-"))
afterAll(() => rmSync(folder, { recursive: true }))

const random = new Random(7)
const files = [0, 1, 1000, (1 << 20) - 1, 1 << 20, (1 << 23) + 5].map((size, n) => {
  const bytes = Uint8Array.from({ length: size }, () => random.below(256))
  const path = join(folder, `${n}.bin`)
  writeFileSync(path, bytes)
  return { path, digested: { size, digest: createHash("sha256").update(bytes).digest("hex") } }
})

it.each([1, 2, 10])("%i threads", async (most) => {
  const threads = new DigestThreads(most)
  const found = await Promise.all(files.map(({ path }) => threads.digest(path)))
  expect(found).toEqual(files.map(({ digested }) => digested))
  await threads.close()
})

it("a file that is not there, and those after it", async () => {
  const threads = new DigestThreads(1)
  const missing = threads.digest(join(folder, "none.bin"))
  const next = threads.digest(files[2]!.path)
  await expect(missing).rejects.toMatchObject({ code: "ENOENT", syscall: "stat" })
  expect(await next).toEqual(files[2]!.digested)
  await threads.close()
})
