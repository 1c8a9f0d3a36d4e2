// Tables of edits, each with the rows that a real run computes after it, or the code of the error it ends in.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EditedProject, type Files } from "./edited-project.ts"

/** Rows computed by node, of the nodes that were no hits; or an error's code. */
export type Expected = Computed | `SLUICE_${string}`
type Computed = { readonly [node: string]: number }

/** An edit, what runs again, and the outputs that are others than before. */
export type EditCase = readonly [
  name: string,
  edit: (project: EditedProject) => void,
  expected: Expected,
  changed?: string
]

export type Tables = { readonly [name: string]: ReadonlyArray<EditCase> }

/** Nodes by the first of their chain that is no hit: those after it are looked at, too, if only to find every row. */
const below: { readonly [node: string]: string } = {
  lines: "clean",
  clean: "scored",
  scored: "known",
  known: "prompted words",
  prompted: "counted",
  counted: "paired",
  paired: "hashed",
  hashed: "tidied",
  tidied: "tabled",
  tabled: "echoed",
  words: "first"
}

/** What runs from a node on: nothing is computed but what is named. */
export const from = (node: string, computed: Computed = {}): Computed => {
  const next = (below[node] ?? "").split(" ").filter((name) => name !== "")
  return { [node]: 0, ...Object.assign({}, ...next.map((name) => from(name))), ...computed }
}

const check = async (project: EditedProject, [, edit, expected, changed = ""]: EditCase) => {
  const outcome = await project.after(edit)
  if (typeof expected === "string") {
    expect(outcome).toMatchObject({ error: expected, published: false })
    return
  }
  expect(outcome).toMatchObject({ error: "none", changed })
  expect(outcome.computed).toEqual(expected)
  expect(outcome.digests).toEqual(outcome.cold)
}

export interface Setting {
  /** The pipeline that runs. */
  readonly file?: string
  /** Files that are others than usual. */
  readonly files?: Files
}

/** Runs tables of cases, all from one finished project. */
export const runEdits = (tables: Tables, { file = "pipeline.ts", files = {} }: Setting = {}): void => {
  describe(file, () => {
    let project: EditedProject
    beforeAll(async () => {
      project = new EditedProject(file, files)
      await project.finish()
    })
    afterAll(() => project[Symbol.dispose]())

    for (const [name, cases] of Object.entries(tables))
      describe(name, () => {
        for (const one of cases) it(one[0], () => check(project, one))
      })
  })
}
