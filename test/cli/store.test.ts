// runs, gc and doctor on the store of a few runs.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { makeNotes } from "./notes.ts"
import type { TestProject } from "./project.ts"

let project: TestProject

beforeAll(async () => {
  project = makeNotes()
  await project.raw("run", "notes", "--workers", "1")
  await project.raw("run", "notes", "--workers", "1", "--set", "notes.judge.bar=12")
  await project.raw("run", "notes", "--workers", "1", "--set", "notes.judge.bar=5")
})
afterAll(() => project.close())

it("lists runs", async () => {
  const told = await project.told("runs")
  expect(told.replace(/ {2,}/g, "  ")).toMatchInlineSnapshot(`
    "  run  pipeline  status  time  hit  run  computed  reused
      <run>  notes  finished  <s>  0 of 7  7  30  0
      <run>  notes  finished  <s>  6 of 7  1  0  0
      <run>  notes  gate-not-passed  <s>  6 of 7  1  0  0
    exit 0"
  `)
})

it("says what could be removed, removes it, and still has nothing to run", async () => {
  const before = await project.told("gc", "--dry-run", "--keep", "0")
  expect(before).toMatch(/^would remove \d+ files/)
  const [report] = await project.json("gc", "--keep", "0")
  expect(report.removed.results.files).toBeGreaterThan(0)
  expect(await project.told("gc", "--keep", "0")).toMatch(/^nothing can go/)
  const [plan] = await project.json("plan", "notes", "--workers", "1", "--set", "notes.judge.bar=5")
  expect(new Set(plan.nodes.map(({ verdict }: { verdict: string }) => verdict))).toEqual(new Set(["hit"]))
  const [row] = await project.json("show", "notes", "vocabulary", "--rows", "1")
  expect((await project.json("trace", "notes", row._id))[0].usedBy.length).toBe(2)
})

it("finds damage in the store", async () => {
  const sound = await project.sluice("doctor")
  expect(sound.code).toBe(0)
  const checks = sound.out.split("\n").map((line) => line.split("  ").slice(0, 2).join("  "))
  expect(checks.slice(0, 7)).toEqual([
    "✓  node",
    "✓  npm",
    "✓  machine",
    "✓  onnxruntime",
    "✓  disk",
    "✓  store",
    "✓  device cpu"
  ])
  const objects = join(project.root, ".sluice", "objects")
  const folder = readdirSync(objects).find((name) => readdirSync(join(objects, name)).length > 0)!
  const victim = join(".sluice/objects", folder, readdirSync(join(objects, folder))[0]!)
  project.write(victim, "scratched")
  const { out, code } = await project.sluice("doctor")
  expect(code).toBe(1)
  expect(out).toContain("1 damaged entry")
  expect(out).toMatch(/its bytes do not match its name \(.* of notes\)\n {2}→ sluice run notes: it is computed anew\n/)
  expect(out).toContain(`${victim}: its bytes`)
})
