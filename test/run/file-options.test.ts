// Options that name files: workers and programs see the content, and a changed file is a changed option.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
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
  const ask = (words: string) => {
    writeFileSync(join(root, "words.txt"), words)
    const file = join(repository, "test/run/fixtures/file-options.ts")
    return engine.ask({ root, file, storeRoot: join(root, "store"), workers: 1 })
  }
  const first = await ask("dawn\n")
  expect(first.error).toBeUndefined()
  expect(first.rows!["out"]!.columns["text"]).toEqual(["dawn"])
  const second = await ask("dawn\nnoon\n")
  expect(second.rows!["out"]!.columns["text"]).toEqual(["dawn", "noon"])
  const third = await ask("# the same\ndawn\n\nnoon\n")
  expect(third.nodes!.map(({ name, verdict }) => [name, verdict])).toContainEqual(["test.listed", "hit"])
})
