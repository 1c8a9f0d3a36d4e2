// Damage in the store: found when read, told in a warning, computed anew to the same bytes.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { Random } from "./random-numbers.ts"
import { digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

const flip = (file: string, random: Random) => {
  const bytes = readFileSync(file)
  bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
  writeFileSync(file, bytes)
}

const prepared = async () => {
  const temp = new TempRun(engine)
  temp.lines("a.txt", ["ash birch", "elm oak", "fir ash", "ivy", "elm oak"])
  const calls = temp.chain("trim", "long", "distinct", "words", "groups", "learn")
  await temp.run(calls)
  return { temp, calls, edit: () => temp.lines("a.txt", ["ash birch", "elm oak", "fir ash", "ivy", "oak elm"]) }
}

describe("a run after an edit", () => {
  it("ends with the same bytes though every object of the store was flipped", async () => {
    const { temp, calls, edit } = await prepared()
    using _ = temp
    const random = new Random(1)
    for (const file of filesBelow(temp.path("store/objects"))) flip(file, random)
    edit()
    const run = await temp.run(calls)
    expect(digestsOf(run)).toEqual(await temp.cold(calls))
    const warnings = run.events.flatMap((event) => (event.event === "warning" ? [event.text] : []))
    expect(warnings.length).toBeGreaterThan(0)
    expect(warnings[0]).toMatch(/^object [0-9a-f]{12} is damaged: .*computed anew$/)
  })

  it.each([1, 2])("ends with the same bytes though some objects are flipped and some gone (seed %i)", async (seed) => {
    const { temp, calls, edit } = await prepared()
    using _ = temp
    const random = new Random(seed)
    for (const file of filesBelow(temp.path("store/objects")))
      switch (random.below(5)) {
        case 0:
          flip(file, random)
          break
        case 1:
          rmSync(file)
      }
    edit()
    expect(digestsOf(await temp.run(calls))).toEqual(await temp.cold(calls))
  })

  it("ends with the same bytes though the folder of a model was flipped", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash birch", "elm oak"])
    const model = temp.chain("trim", "learn")
    await temp.run(model)
    for (const file of filesBelow(temp.path("store/folders"))) flip(file, new Random(3))
    const calls = [...model, { id: "judge", stage: "judge", from: ["learn", "trim"], options: {} }]
    expect(digestsOf(await temp.run(calls))).toEqual(await temp.cold(calls))
  })

  it("ends with the same bytes though every result and ref was flipped", async () => {
    const { temp, calls, edit } = await prepared()
    using _ = temp
    const random = new Random(2)
    for (const folder of ["actions", "refs"])
      for (const file of filesBelow(temp.path(`store/${folder}`))) flip(file, random)
    edit()
    expect(digestsOf(await temp.run(calls))).toEqual(await temp.cold(calls))
  })
})
