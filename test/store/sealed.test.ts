// Sealed files: read back as they were written, and nothing else.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { readSealed, sealed } from "../../src/store/sealed.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-sealed-"))
const path = join(folder, "list.json")
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it("gives back what was sealed, and nothing where there is no file", () => {
  expect(readSealed(path)).toBeUndefined()
  writeFileSync(path, sealed({ a: ["ä\n", 1, null] }))
  expect(readSealed(path)).toEqual({ body: { a: ["ä\n", 1, null] } })
  expect(readFileSync(path, "utf8").split("\n")[1]).toBe('{"a":["ä\\n",1,null]}')
})

it("says what is wrong with a file that was changed or cut anywhere", () => {
  const whole = Buffer.from(sealed({ rows: 12, of: ["ash", "elm"] }))
  const wrong = { wrong: "its checksum is wrong" }
  for (let at = 0; at < whole.length - 1; at++) {
    const changed = Buffer.from(whole)
    changed[at]! ^= 1 << (at % 8)
    writeFileSync(path, changed)
    expect(readSealed(path), `byte ${at}`).toEqual(wrong)
    writeFileSync(path, whole.subarray(0, at))
    expect(readSealed(path), `cut at ${at}`).toEqual(wrong)
  }
})

it("tells a place that cannot be read as the disk's error", () => {
  expect(() => readSealed(folder)).toThrow(expect.objectContaining({ code: "SLUICE_DISK" }))
})
