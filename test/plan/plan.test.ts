// Plan, change one thing, plan again: which nodes run, and the sentence that says why.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { PlannedProject } from "./planned-project.ts"

const project = new PlannedProject()

describe("a plan before the first run", () => {
  it("says so of every node", async () => {
    expect(await project.plan()).toMatchInlineSnapshot(`
      [
        "fx.lines run: it has not run before; 3 of 3 partitions new, 9 rows [partitions 0 + 3, rows 0 + 9]",
        "own.long run: it has not run before; waits for fx.lines [partitions 0 + 3, rows 0 + 9 at most]",
        "own.shout run: it has not run before; waits for own.long [partitions 0 + 3, rows 0 + 9 at most]",
        "own.words run: it has not run before; waits for own.shout [partitions 0 + 3, rows 0 + 9 at most]",
        "own.first run: it has not run before; waits for own.words [partitions 0 + 3, rows 0 + 0 or more]",
      ]
    `)
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
    expect(await project.plan()).toMatchInlineSnapshot(`
      [
        "own.long run: minWords 2 → 3 [partitions 0 + 3, rows 9 + 0]",
        "own.shout may-run: waits for own.long [partitions 0 + 3, rows 0 + 0 or more]",
        "own.words may-run: waits for own.shout [partitions 0 + 3, rows 0 + 0 or more]",
        "own.first may-run: waits for own.words [partitions 0 + 3, rows 0 + 0 or more]",
      ]
    `)
  })

  it("names an option that was set", async () => {
    expect(await project.plan({ "own.long.minWords": "4" })).toMatchInlineSnapshot(`
      [
        "own.long run: minWords 2 → 4 [partitions 0 + 3, rows 9 + 0]",
        "own.shout may-run: waits for own.long [partitions 0 + 3, rows 0 + 0 or more]",
        "own.words may-run: waits for own.shout [partitions 0 + 3, rows 0 + 0 or more]",
        "own.first may-run: waits for own.words [partitions 0 + 3, rows 0 + 0 or more]",
      ]
    `)
  })

  it("names a changed helper in the nodes that use it", async () => {
    project.edit("words.ts", "text.toUpperCase()", "text.toLowerCase()")
    expect(await project.plan()).toMatchInlineSnapshot(`
      [
        "own.shout run: changed function loud in words.ts [partitions 0 + 3, rows 0 + 7]",
        "own.words may-run: waits for own.shout [partitions 0 + 3, rows 7 + 0 at most]",
        "own.first may-run: waits for own.words [partitions 0 + 3, rows 19 + 0 at most]",
      ]
    `)
  })

  it("names a changed helper that several nodes use", async () => {
    project.edit("words.ts", 'text.split(" ")', 'text.split(" ").filter(Boolean)')
    expect(await project.plan()).toMatchInlineSnapshot(`
      [
        "own.long run: changed function wordsOf in words.ts [partitions 0 + 3, rows 0 + 9]",
        "own.shout may-run: waits for own.long [partitions 0 + 3, rows 0 + 0 or more]",
        "own.words run: changed function wordsOf in words.ts; waits for own.shout [partitions 0 + 3, rows 0 + 0 or more]",
        "own.first may-run: waits for own.words [partitions 0 + 3, rows 0 + 0 or more]",
      ]
    `)
  })

  it("names a changed decision, and measures nothing", async () => {
    project.edit("stages.ts", "words < minWords", "words <= minWords")
    expect(await project.plan()).toMatchInlineSnapshot(`
      [
        "own.long run: changed function long.decide in stages.ts [partitions 0 + 3, rows 9 + 0]",
        "own.shout may-run: waits for own.long [partitions 0 + 3, rows 0 + 0 or more]",
        "own.words may-run: waits for own.shout [partitions 0 + 3, rows 0 + 0 or more]",
        "own.first may-run: waits for own.words [partitions 0 + 3, rows 0 + 0 or more]",
      ]
    `)
  })

  it("names an edited input and counts its rows", async () => {
    project.edit("in/a.txt", "hazel ivy", "hazel and ivy")
    expect(await project.plan()).toMatchInlineSnapshot(`
      [
        "fx.lines run: edited in/a.txt (1 row changed); 1 of 3 partitions new, 1 row [partitions 2 + 1, rows 8 + 1]",
        "own.long may-run: waits for fx.lines [partitions 2 + 1, rows 8 + 1 at most]",
        "own.shout may-run: waits for own.long [partitions 2 + 1, rows 6 + 1 at most]",
        "own.words may-run: waits for own.shout [partitions 2 + 1, rows 6 + 1 at most]",
        "own.first may-run: waits for own.words [partitions 2 + 1, rows 17 + 0 or more]",
      ]
    `)
  })

  it("names files that came, went and changed their name", async () => {
    project.write("in/c.txt", "maple leaf\n")
    project.rename("in/b.txt", "in/bb.txt")
    expect(await project.plan()).toMatchInlineSnapshot(`
      [
        "fx.lines run: added in/c.txt (1 row inserted); renamed in/b.txt to in/bb.txt; 2 of 3 partitions new, 1 row [partitions 1 + 2, rows 9 + 1]",
        "own.long may-run: waits for fx.lines [partitions 1 + 2, rows 9 + 1 at most]",
        "own.shout may-run: waits for own.long [partitions 1 + 2, rows 7 + 1 at most]",
        "own.words may-run: waits for own.shout [partitions 1 + 2, rows 7 + 1 at most]",
        "own.first may-run: waits for own.words [partitions 1 + 2, rows 19 + 0 or more]",
      ]
    `)
  })

  it("names a stage that was put between", async () => {
    project.edit("pipeline.ts", "words(), first()", 'long({ minWords: 3, name: "longer" }), words(), first()')
    expect(await project.plan()).toMatchInlineSnapshot(`
      [
        "longer run: it has not run before [partitions 0 + 3, rows 7 + 0]",
        "own.words may-run: waits for longer [partitions 0 + 3, rows 0 + 0 or more]",
        "own.first may-run: waits for own.words [partitions 0 + 3, rows 0 + 0 or more]",
      ]
    `)
  })

  it("tells mistakes instead", async () => {
    project.edit("pipeline.ts", "minWords: 2", "minWord: 2")
    expect(await project.plan()).toEqual([
      'SLUICE_UNKNOWN_OPTION own.long has no option "minWord"; did you mean "minWords"?'
    ])
  })
})
