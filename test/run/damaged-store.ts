// One damaged file tried: a copy of a finished store with one object or result spoilt, and what the next run makes of it.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import { checkStore } from "../../src/cli/store-check.ts"
import type { CallSpec } from "./fixtures/build.ts"
import type { Random } from "./random-numbers.ts"
import { repository } from "./sequence.ts"
import { digestsOf, type TempRun } from "./temp-run.ts"

export const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

/** Flips one bit. */
export const flip = (file: string, random: Random) => {
  const bytes = readFileSync(file)
  bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
  writeFileSync(file, bytes)
}

/** Flips a bit, cuts the end off, empties or removes a file. */
export const spoil = (file: string, random: Random) => {
  const bytes = readFileSync(file)
  switch (random.below(4)) {
    case 0:
      return writeFileSync(file, bytes.subarray(0, random.below(bytes.length)))
    case 1:
      return rmSync(file)
    default:
      return flip(file, random)
  }
}

/** A store with the results of one run, of all kinds of nodes. */
export const finishedStore = async (temp: TempRun) => {
  temp.lines("a.txt", ["ash birch", "elm oak", "fir ash", "ivy", "elm oak"])
  const source = temp.source("lines", { partitionBytes: 12 })
  const calls: ReadonlyArray<CallSpec> = [
    source,
    ...temp.chain("trim", "long", "distinct", "words", "groups", "learn").slice(1),
    { id: "judge", stage: "judge", from: ["learn", "words"], options: {} }
  ]
  const digests = digestsOf(await temp.run(calls, { rows: false }))
  return { calls, digests, files: ["objects", "actions"].flatMap((kind) => filesBelow(temp.path(`store/${kind}`))) }
}

/** Spoils one file of a copy of the store. The check finds it, the next run rebuilds it, says so, and leaves nothing wrong. */
export const spoilAndRun = async (
  temp: TempRun,
  { calls, digests }: Awaited<ReturnType<typeof finishedStore>>,
  file: string,
  random: Random
) => {
  const storeRoot = temp.path("copy")
  rmSync(storeRoot, { recursive: true, force: true })
  cpSync(temp.path("store"), storeRoot, { recursive: true })
  const spoilt = file.replace(temp.path("store"), storeRoot)
  spoil(spoilt, random)
  const project = { root: repository, storeRoot }
  const found = checkStore(project).problems.map(({ text }) => text)
  const run = await temp.run(calls, { storeRoot, rows: false })
  expect(digestsOf(run), spoilt).toEqual(digests)
  expect(checkStore(project).problems, spoilt).toEqual([])
  expect(readdirSync(join(storeRoot, "damaged")), spoilt).toEqual([])
  const warnings = run.events.filter((event) => event.event === "warning")
  if (found.length === 0) return "unneeded"
  expect(found[0], spoilt).toContain(spoilt)
  const node = /\((\S+) of random\)$/.exec(found[0]!)?.[1]
  expect(warnings, spoilt).toContainEqual(expect.objectContaining({ code: "SLUICE_DAMAGED", node, paths: [spoilt] }))
  return "rebuilt"
}
