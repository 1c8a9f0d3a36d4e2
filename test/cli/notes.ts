// The project that the command's tests run in: a few notes, one of them a duplicate, two of them too short.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { makeProject, type TestProject } from "./project.ts"

export const notes: { readonly [path: string]: string } = {
  "data/a.jsonl": [
    '{"id":"a1","text":"the cat sat on the mat"}',
    '{"id":"a2","text":"too short"}',
    '{"id":"a3","text":"a stitch in time saves nine"}'
  ].join("\n"),
  "data/b.jsonl": ['{"id":"b1","text":"the cat sat on the mat"}', '{"id":"b2","text":"hm"}'].join("\n")
}

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8")

/** Makes the project; further files come on top of the notes. */
export const makeNotes = (files: { readonly [path: string]: string | Uint8Array } = {}): TestProject =>
  makeProject({
    ...notes,
    "pipelines/notes.ts": fixture("pipeline.ts"),
    "pipelines/stages.ts": fixture("stages.ts"),
    ...files
  })
