// What is edited in the middle of a run never gives a result under the key of what was planned.
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { repository } from "./sequence.ts"
import { digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

describe("an input file", () => {
  it("edited after the plan ends the run, and neither its old nor its new content is mistaken for the other", async () => {
    using temp = new TempRun(engine)
    const calls = temp.chain("trim", "words")
    temp.lines("a.txt", ["ash birch", "elm"])
    temp.lines("b.txt", ["yew"])
    const edit = { path: temp.path("in/a.txt"), text: "ash birch\noak\n" }
    const error = await temp.fail(calls, { edit })
    expect(error.code).toBe("SLUICE_CHANGED_DURING_RUN")
    expect(error.message).toBe(
      "source: in/a.txt changed during the run: its bytes are no longer those that were digested"
    )
    expect(digestsOf(await temp.run(calls))).toEqual(await temp.cold(calls))
    temp.lines("a.txt", ["ash birch", "elm"])
    expect(digestsOf(await temp.run(calls))).toEqual(await temp.cold(calls))
  })
})

describe("an input file that is in memory since the plan", () => {
  it("edited after the plan counts as it was planned, and as edited in the next run", async () => {
    using temp = new TempRun(engine)
    const calls = temp.chain("trim", "words")
    temp.lines("a.txt", ["ash birch", "elm"])
    const planned = await temp.cold(calls)
    const edit = { path: temp.path("in/a.txt"), text: "ash birch\noak\n" }
    expect(digestsOf(await temp.run(calls, { edit }))).toEqual(planned)
    expect(digestsOf(await temp.run(calls))).toEqual(await temp.cold(calls))
    temp.lines("a.txt", ["ash birch", "elm"])
    expect(digestsOf(await temp.run(calls))).toEqual(planned)
  })
})

describe("a pipeline's options", () => {
  it("edited after the plan end the run", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash birch", "elm"])
    const strict = temp.chain(["words", { most: 1 }])
    const file = temp.pipeline(strict)
    const text = readFileSync(file, "utf8").replace('"most":1', '"most":2')
    const error = await temp.fail(strict, { file, edit: { path: file, text } })
    expect(error.code).toBe("SLUICE_CHANGED_DURING_RUN")
    expect((await temp.run(strict)).rows["words"]!.columns["text"]).toEqual(["ash", "elm"])
  })
})

const stages = (word: string) => `import * as Schema from "effect/Schema"
import { Stage } from "#sluice"
import { loud } from "./loud.ts"
export const note = Stage.map({
  name: "own.note",
  needs: { text: Schema.String },
  adds: { note: Schema.String },
  apply: ({ text }) => ({ note: loud(text) + ${JSON.stringify(word)} })
})
`
const pipelineText = (input: string) => `import { pipeline } from "#sluice"
import { lines } from ${JSON.stringify(join(repository, "test/run/fixtures/stages.ts"))}
import { note } from "./stages.ts"
export default pipeline("own", { out: lines({ path: ${JSON.stringify(input)} }).pipe(note()) })
`

describe("a module that a stage's code is in", () => {
  it.each(["stages.ts", "loud.ts"])("%s edited after the plan ends the run", async (edited) => {
    using own = new Engine()
    using temp = new TempRun(own)
    temp.lines("a.txt", ["ash"])
    temp.write("package.json", JSON.stringify({ type: "module", imports: { "#sluice": "./src/index.ts" } }))
    if (!existsSync(temp.path("src"))) symlinkSync(join(repository, "src"), temp.path("src"))
    symlinkSync(join(repository, "node_modules"), temp.path("node_modules"))
    temp.write("stages.ts", stages("!"))
    temp.write("loud.ts", "export const loud = (text: string) => text.toUpperCase()\n")
    temp.write("own.ts", pipelineText("in/*.txt"))
    const request = { root: temp.folder, storeRoot: temp.path("store"), file: temp.path("own.ts") }
    const text = edited === "stages.ts" ? stages("?") : "export const loud = (text: string) => text\n"
    const before = readFileSync(temp.path(edited), "utf8")
    const { error } = await own.ask({ ...request, edit: { path: temp.path(edited), text } })
    expect(error?.code).toBe("SLUICE_CHANGED_DURING_RUN")
    writeFileSync(temp.path(edited), before)
    const { rows } = await own.run(request)
    expect(rows["out"]!.columns["note"]).toEqual(["ASH!"])
  })
})

const reader = `import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { opt, pipeline, Stage } from "#sluice"

const read = Stage.program({
  name: "own.read",
  inputs: {},
  emits: "report",
  options: { path: opt.path() },
  run: async ({ options: { path } }) => {
    const first = \`\${path}/1.txt\`
    const text = readFileSync(first, "utf8")
    const edit = existsSync(\`\${path}/../edit\`) ? readFileSync(\`\${path}/../edit\`, "utf8") : "none"
    if (edit === "writes the same again") writeFileSync(first, text)
    if (edit === "appends, and stumbles over it") {
      appendFileSync(first, "more")
      throw new Error("what a strange file")
    }
    if (edit === "adds a file") writeFileSync(\`\${path}/3.txt\`, "three")
    if (edit === "removes a file") rmSync(\`\${path}/2.txt\`)
    return { data: readdirSync(path).map((name) => readFileSync(\`\${path}/\${name}\`, "utf8")) }
  }
})
export default pipeline("own", { out: read({ path: "folder" }) })
`

describe("a folder that a program reads", () => {
  it.each([
    ["writes the same again", "1.txt"],
    ["appends, and stumbles over it", "1.txt"],
    ["adds a file", "3.txt"],
    ["removes a file", "2.txt"]
  ])("which something %s ends the run, and nothing is kept", async (edit, file) => {
    using own = new Engine()
    using temp = new TempRun(own)
    temp.write("package.json", JSON.stringify({ type: "module", imports: { "#sluice": "./src/index.ts" } }))
    for (const name of ["src", "node_modules"]) symlinkSync(join(repository, name), temp.path(name))
    const fill = () => {
      for (const [n, text] of ["one", "two"].entries()) temp.write(`folder/${n + 1}.txt`, text)
    }
    fill()
    temp.write("own.ts", reader)
    temp.write("edit", edit)
    const request = { root: temp.folder, storeRoot: temp.path("store"), file: temp.path("own.ts"), rows: false }
    const { error } = await own.ask(request)
    expect([error?.code, error?.message]).toEqual([
      "SLUICE_CHANGED_DURING_RUN",
      `own.read failed: folder/${file} changed during the run`
    ])
    rmSync(temp.path("folder"), { recursive: true })
    rmSync(temp.path("edit"))
    fill()
    const { nodes } = await own.run(request)
    expect(nodes.map(({ verdict }) => verdict)).toEqual(["run"])
  })
})
