// Options that name files: workers and programs see the content, and a changed file is a changed option.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { afterAll, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { repository } from "./sequence.ts"

const engine = new Engine()
const root = mkdtempSync(join(tmpdir(), "sluice-files-"))
afterAll(() => {
  engine[Symbol.dispose]()
  rmSync(root, { recursive: true, force: true })
})

it("are read anew by each run; what their content was is told", async () => {
  writeFileSync(join(root, "lines.txt"), "dawn\nnoon\ndusk\n")
  const ask = (words: string, sets: { readonly [target: string]: string } = {}) => {
    writeFileSync(join(root, "words.txt"), words)
    writeFileSync(join(root, "words.gz"), gzipSync(words))
    writeFileSync(join(root, "words.zst"), zstdCompressSync(words))
    const file = join(repository, "test/run/fixtures/file-options.ts")
    return engine.ask({ root, file, sets, storeRoot: join(root, "store"), workers: 1 })
  }
  const first = await ask("dawn\n")
  expect(first.error).toBeUndefined()
  expect(first.rows!["out"]!.columns["text"]).toEqual(["dawn"])
  const second = await ask("dawn\nnoon\n")
  expect(second.rows!["out"]!.columns["text"]).toEqual(["dawn", "noon"])
  const third = await ask("# the same\ndawn\n\nnoon\n")
  expect(third.nodes!.map(({ name, verdict }) => [name, verdict])).toContainEqual(["test.listed", "hit"])
  for (const ending of ["gz", "zst"]) {
    const packed = await ask("dawn\nnoon\n", { "test.listed.words": `words.${ending}` })
    expect(packed.nodes!.map(({ name, verdict }) => [name, verdict])).toContainEqual(["test.listed", "hit"])
  }
  const damaged = await ask("dawn\n", { "test.listed.words": "words.txt.gz" })
  expect(damaged.error?.message).toBe("test.listed.words: words.txt.gz cannot be read")
})
