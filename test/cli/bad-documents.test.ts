// Documents that cannot be read, in a run: each is a bad row that names its file, and can be dropped; others are read.
import { afterEach, expect, it } from "vitest"
import { documentFiles } from "../stages/ingest/document-files.ts"
import { makeProject, type TestProject } from "./project.ts"

let project: TestProject | undefined
afterEach(() => project?.close())

const pipelineOf = (options: string) => `import { pipeline } from "#sluice"
import { ingest } from "#stages"
export default pipeline("books", { books: ingest.documents({ path: "books"${options} }) })`

const files = {
  "books/a.docx": documentFiles.docx,
  "books/b.pdf": documentFiles.locked,
  "books/c.epub": documentFiles.epub,
  "books/d.pdf": documentFiles.pdf,
  "books/e.warc.gz": documentFiles["warc.gz"],
  "books/f.pdf": documentFiles.images
}

it("an encrypted PDF among other documents", async () => {
  project = makeProject({ "pipelines/books.ts": pipelineOf(""), ...files })
  expect(await project.told("run", "books")).toMatchInlineSnapshot(`
    "plan of books: 1 to run
      node              verdict  partitions    rows  because
      ingest.documents  run          1 of 1  10 new  it has not run before; 1 of 1 partitions new, 10 rows

    ✗ ingest.documents: books/b.pdf is encrypted: it opens with a password only  SLUICE_BAD_INPUT
      0 of 1 partitions are done and kept
      → fix the file, or ingest.documents({ onBadRow: "drop" })
    exit 1"
  `)
})

it("bad documents are dropped and found, the others read, and kept by the next run", async () => {
  project = makeProject({ "pipelines/books.ts": pipelineOf(', onBadRow: "drop"'), ...files })
  expect((await project.sluice("run", "books")).code).toBe(0)
  const { out } = await project.raw("drops", "books", "ingest.documents")
  expect(out).toContain("books/b.pdf")
  expect(out).toContain("is encrypted: it opens with a password only")
  expect(out).toContain("has no text layer: its 2 pages are empty or images")
  const shown = await project.raw("show", "books", "books")
  for (const title of ["The gates", "Gates & Locks", "Gates"]) expect(shown.out).toContain(title)
  const again = await project.sluice("plan", "books")
  expect(again.out).toMatch(/ingest\.documents +hit/)
})
