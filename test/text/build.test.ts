// The committed binary files are what their sources give.
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { compileKernel } from "#src/text/build.ts"
import { languageTable } from "#src/text/language-table.ts"
import { unicodeTable } from "#src/text/unicode-table.ts"

const committed = (name: string) => readFileSync(new URL(`../../src/text/${name}`, import.meta.url))

test.each(["json", "minhash", "wide-minhash", "texts"])("%s.wasm is compiled from its source", async (name) => {
  expect(Buffer.from(await compileKernel(`${name}.as.ts`)).equals(committed(`${name}.wasm`))).toBe(true)
})

test("languages.bin is eld's small database", async () => {
  expect(Buffer.from(await languageTable()).equals(committed("languages.bin"))).toBe(true)
})

test("unicode.bin is the table of Unicode 17", ({ skip }) => {
  skip(process.versions.unicode !== "17.0", `this Node knows Unicode ${process.versions.unicode}`)
  expect(Buffer.from(unicodeTable()).equals(committed("unicode.bin"))).toBe(true)
})
