// Options that name files: workers and programs see the content, and a changed file is a changed option.
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs"
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
  mkdirSync(join(root, "folder"), { recursive: true })
  writeFileSync(join(root, "folder", "a.txt"), "north")
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

it("a folder counts by what is in it, not by its place or times", async () => {
  const file = join(repository, "test/run/fixtures/file-options.ts")
  writeFileSync(join(root, "words.txt"), "dawn\n")
  writeFileSync(join(root, "lines.txt"), "dawn\nnoon\ndusk\n")
  for (const folder of ["folder", "moved"]) {
    mkdirSync(join(root, folder, "inner"), { recursive: true })
    writeFileSync(join(root, folder, "a.txt"), "north")
    writeFileSync(join(root, folder, "inner", "b.txt"), "south")
  }
  const verdict = async (sets: { readonly [target: string]: string } = {}) => {
    const { error, nodes } = await engine.ask({ root, file, sets, storeRoot: join(root, "paths"), workers: 1 })
    return error?.message ?? nodes!.find(({ name }) => name === "test.size")!.verdict
  }
  expect(await verdict()).toBe("run")
  expect(await verdict()).toBe("hit")
  expect(await verdict({ "test.size.folder": "moved" })).toBe("hit")
  utimesSync(join(root, "folder", "a.txt"), 1, 1)
  writeFileSync(join(root, "folder", ".hidden"), "not seen")
  expect(await verdict()).toBe("hit")
  writeFileSync(join(root, "folder", "inner", "b.txt"), "south!")
  expect(await verdict()).toBe("run")
  renameSync(join(root, "moved", "a.txt"), join(root, "moved", "c.txt"))
  expect(await verdict({ "test.size.folder": "moved" })).toBe("run")
  expect(await verdict({ "test.size.folder": "words.txt" })).toMatch(/ENOTDIR/)
  expect(await verdict({ "test.size.folder": "gone" })).toBe("test.size.folder: gone cannot be read")
})
