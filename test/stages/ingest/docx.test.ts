// DOCX beyond the usual: notes, text boxes, moved text, tables with spanned cells and tables in tables.
import { expect, test } from "vitest"
import { docxDocument } from "../../../stages/ingest/docx.ts"
import { zipOf } from "./zip-archive.ts"

const spaces =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
const p = (text: string) => `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`
const ref = (kind: string, id: number) => `</w:t></w:r><w:r><w:${kind}Reference w:id="${id}"/></w:r><w:r><w:t>`
const textOf = async (body: string, parts: { readonly [name: string]: string } = {}) => {
  const main = `<w:document ${spaces}><w:body>${body}</w:body></w:document>`
  return (await docxDocument(zipOf({ "word/document.xml": main, ...parts }))).text
}

test("notes are numbered as the text refers to them, and stand at its end", async () => {
  const footnotes = `<w:footnotes ${spaces}>
    <w:footnote w:type="separator" w:id="-1">${p("———")}</w:footnote>
    <w:footnote w:id="1">${p("At dawn.")}${p("In summer.")}</w:footnote>
    <w:footnote w:id="2">${p(`See${ref("footnote", 3)} too.`)}</w:footnote>
    <w:footnote w:id="3">${p("The log.")}</w:footnote>
    <w:footnote w:id="4">${p("No one refers to it.")}</w:footnote>
  </w:footnotes>`
  const endnotes = `<w:endnotes ${spaces}><w:endnote w:id="1">${p("At the end.")}</w:endnote></w:endnotes>`
  const body = p(`It opens${ref("footnote", 2)}, closes${ref("endnote", 1)}${ref("footnote", 1)}${ref("footnote", 9)}.`)
  const parts = { "word/footnotes.xml": footnotes, "word/endnotes.xml": endnotes }
  expect(await textOf(body, parts)).toBe(
    [
      "It opens[^1], closes[^2][^3].",
      "[^1]: See[^4] too.",
      "[^2]: At the end.",
      "[^3]: At dawn. In summer.",
      "[^4]: The log.\n"
    ].join("\n\n")
  )
})

test("text boxes are read once, moved text where it went, deleted text not at all", async () => {
  const box = (text: string) => `<w:txbxContent>${p(text)}</w:txbxContent>`
  const shape = `<w:p><w:r><w:t>Beside.</w:t><mc:AlternateContent><mc:Choice>${box("In the box.")}</mc:Choice><mc:Fallback>${box("In the box.")}</mc:Fallback></mc:AlternateContent></w:r></w:p>`
  const moved = `<w:moveFrom>${p("Gone.")}</w:moveFrom><w:moveTo>${p("Here.")}</w:moveTo><w:p><w:del><w:r><w:delText>Old</w:delText></w:r></w:del><w:ins><w:r><w:t>New.</w:t></w:r></w:ins></w:p>`
  expect(await textOf(shape + moved)).toBe("Beside.\n\nIn the box.\n\nHere.\n\nNew.\n")
})

test("a table: rows are filled up, bars escaped, tables in cells become text", async () => {
  const row = (...cells: ReadonlyArray<string>) =>
    `<w:tr>${cells.map((cell) => `<w:tc>${cell}</w:tc>`).join("")}</w:tr>`
  const inner = `<w:tbl>${row(p("a"), p("b"))}</w:tbl>`
  const table = `<w:tbl>${row(p("Gates of the lock"))}${row(p("gate"), p("open|shut"))}${row(p("north") + p("south"), inner)}</w:tbl>`
  expect(await textOf(table)).toBe(
    "| Gates of the lock |  |\n| --- | --- |\n| gate | open\\|shut |\n| north south | a b |\n"
  )
})
