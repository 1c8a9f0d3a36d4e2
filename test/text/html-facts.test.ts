// What a page's head says of it: which element counts where several speak.
import { expect, it } from "vitest"
import { htmlPage } from "#sluice/text"

const meta = (kind: string, name: string, content: string) => `<meta ${kind}="${name}" content="${content}">`

it.each([
  ["nothing said", "", [null, null, null, null]],
  ["the first of two", meta("name", "author", "Ann") + meta("name", "author", "Bea"), [null, null, "Ann", null]],
  [
    "names in their order",
    meta("name", "dc.creator", "Bea") + meta("name", "AUTHOR", "Ann"),
    [null, null, "Ann", null]
  ],
  ["not what is empty", meta("name", "author", " ") + meta("name", "author", "Bea"), [null, null, "Bea", null]],
  ["an element under two names", `<meta name="x" property="date" content="2026-01">`, [null, null, null, "2026-01"]],
  ["a language by header", meta("http-equiv", "Content-Language", "de"), ["de", null, null, null]],
  ["an address to share", meta("property", "og:url", "https://a.org/b"), [null, "https://a.org/b", null, null]],
  [
    "a canonical address before one to share",
    `${meta("property", "og:url", "https://a.org/b")}<link rel="alternate Canonical" href=" https://a.org/c ">`,
    [null, "https://a.org/c", null, null]
  ],
  ["a link without an address", `<link rel="canonical">`, [null, null, null, null]]
])("%s", (_, head, wanted) => {
  const { language, canonical, author, date } = htmlPage(`<head>${head}</head><p>Text.`)
  expect([language, canonical, author, date]).toEqual(wanted)
})

it("the page's own language before that of a header", () => {
  expect(htmlPage(`<html lang="fr"><head>${meta("http-equiv", "content-language", "de")}</head>`).language).toBe("fr")
})
