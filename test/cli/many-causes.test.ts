// A plan that has more causes for a node than anybody reads.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { makeNotes } from "./notes.ts"
import type { TestProject } from "./project.ts"

let project: TestProject

beforeAll(() => {
  project = makeNotes()
})
afterAll(() => project.close())

it("tells the first causes of many, and counts the others", async () => {
  await project.told("run", "notes", "--workers", "1")
  const stages = readFileSync(join(project.root, "pipelines/stages.ts"), "utf8")
  const step = (n: number) => `const step${n} = (text: string): string => ${n === 0 ? "text" : `step${n - 1}(text)`}\n`
  const steps = Array.from({ length: 20 }, (_, n) => step(n)).join("")
  project.write("pipelines/stages.ts", `${stages.replace("loud: text.", "loud: step19(text).")}\n${steps}`)
  const told = await project.told("plan", "notes", "--workers", "1")
  expect(told.split("\n").filter((line) => line.includes("notes.upper  "))).toMatchInlineSnapshot(`
    [
      "  notes.upper  run  1 of 1  3 new  <forecast>  added function step0 in pipelines/stages.ts; added function step1 in pipelines/stages.ts; added function step10 in pipelines/stages.ts; added function step11 in pipelines/stages.ts; added function step12 in pipelines/stages.ts; added function step13 in pipelines/stages.ts; added function step14 in pipelines/stages.ts; added function step15 in pipelines/stages.ts; 13 more (sluice why)",
    ]
  `)
  expect(await project.told("why", "notes", "notes.upper", "--workers", "1")).toContain("added function step19")
})
