// Plan, change one thing, plan again: which nodes run, and the sentence that says why.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { PlannedProject } from "./planned-project.ts"

const project = new PlannedProject()

describe("a plan before the first run", () => {
  it("says so of every node", async () => {
    expect(await project.plan()).toMatchInlineSnapshot()
  })
})

describe("a plan after a run", () => {
  beforeAll(async () => {
    await project.run()
  })
  afterEach(() => project.restore())
  afterAll(() => project[Symbol.dispose]())

  it("has nothing to run", async () => {
    expect(await project.plan()).toEqual([])
  })

  it("has nothing to run after an edit of comments and layout", async () => {
    project.edit("words.ts", "// words", "// many words\n\n")
    project.edit(
      "stages.ts",
      "apply: ({ text }) => ({ note: loud(text) })",
      "apply: ({ text }) => ({\n  note: loud(text)\n})"
    )
    expect(await project.plan()).toEqual([])
  })

  it("has nothing to run when a default is written out", async () => {
    project.edit("pipeline.ts", "long({ minWords: 2 })", "long()")
    expect(await project.plan()).toEqual([])
  })

  it("has nothing to run when the size of partitions changes", async () => {
    project.edit("pipeline.ts", "partitionBytes: 60", "partitionBytes: 900")
    expect(await project.plan()).toEqual([])
  })

  it("names a changed threshold", async () => {
    project.edit("pipeline.ts", "minWords: 2", "minWords: 3")
    expect(await project.plan()).toMatchInlineSnapshot()
  })

  it("names an option that was set", async () => {
    expect(await project.plan({ "own.long.minWords": "4" })).toMatchInlineSnapshot()
  })

  it("names a changed helper in the nodes that use it", async () => {
    project.edit("words.ts", "text.toUpperCase()", "text.toLowerCase()")
    expect(await project.plan()).toMatchInlineSnapshot()
  })

  it("names a changed helper that several nodes use", async () => {
    project.edit("words.ts", 'text.split(" ")', 'text.split(" ").filter(Boolean)')
    expect(await project.plan()).toMatchInlineSnapshot()
  })

  it("names a changed decision, and measures nothing", async () => {
    project.edit("stages.ts", "words < minWords", "words <= minWords")
    expect(await project.plan()).toMatchInlineSnapshot()
  })

  it("names an edited input and counts its rows", async () => {
    project.edit("in/a.txt", "hazel ivy", "hazel and ivy")
    expect(await project.plan()).toMatchInlineSnapshot()
  })

  it("names files that came, went and changed their name", async () => {
    project.write("in/c.txt", "maple leaf\n")
    project.rename("in/b.txt", "in/bb.txt")
    expect(await project.plan()).toMatchInlineSnapshot()
  })

  it("names a stage that was put between", async () => {
    project.edit("pipeline.ts", "words(), first()", 'long({ minWords: 3, name: "longer" }), words(), first()')
    expect(await project.plan()).toMatchInlineSnapshot()
  })

  it("tells mistakes instead", async () => {
    project.edit("pipeline.ts", "minWords: 2", "minWord: 2")
    expect(await project.plan()).toEqual([
      'SLUICE_UNKNOWN_OPTION own.long has no option "minWord"; did you mean "minWords"?'
    ])
  })
})
