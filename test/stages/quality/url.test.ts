// quality.url: normal forms, rules of domains, each list, each reason.
import { expect, test } from "vitest"
import { url } from "../../../stages/quality/url.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = url.declaration as Filter
const defaults = decodedDefaults(filter.options)
const none = decodedDefaults(filter.measureOptions)
const measured = (by: string, lists: object) => filter.measure({ by }, { ...none, ...lists })
const verdict = (by: string, lists: object, options: object = {}) =>
  filter.decide(measured(by, lists), { ...defaults, ...options })

test.each([
  ["https://example.org/a", ["example.org"], "example.org"],
  ["http://www.Example.ORG:8080", ["example.org"], "example.org"],
  ["//user@example.org", ["example.org"], "example.org"],
  ["example.org/a?b#c", ["example.org"], "example.org"],
  ["https://notexample.org", ["example.org"], ""],
  ["https://example.org.evil.net", ["example.org"], ""],
  ["https://a.b.example.org.", ["example.org"], "example.org"],
  ["https://example.org", ["=example.org"], "=example.org"],
  ["https://a.example.org", ["=example.org"], ""],
  ["https://example.org", ["*.example.org"], ""],
  ["https://a.example.org", ["*.example.org"], "*.example.org"],
  ["https://docs.example.org", ["example.org", "!docs.example.org"], ""],
  ["https://a.docs.example.org", ["example.org", "!docs.example.org"], ""],
  ["https://x.a.docs.example.org", ["example.org", "!docs.example.org", "a.docs.example.org"], "a.docs.example.org"],
  ["https://bücher.example", ["xn--bcher-kva.example"], "xn--bcher-kva.example"],
  ["https://xn--bcher-kva.example", ["BÜCHER.example"], "xn--bcher-kva.example"],
  ["https://faß.example", ["fass.example"], ""],
  ["https://user:pw@example.org", ["example.org"], "example.org"],
  ["https://93.184.216.34/a", ["93.184.216.34"], "93.184.216.34"],
  ["http://0x5db8d822/", ["93.184.216.34"], "93.184.216.34"],
  ["https://[2001:db8::1]/", ["[2001:DB8::1]"], "[2001:db8::1]"]
])("host of %s under %j", (by, domains, entry) => {
  expect(measured(by, { domains })["domain"]).toBe(entry)
})

test.each([
  ["http://example.org/a/", "listed-url"],
  ["https://www.example.org/a#top", "listed-url"],
  ["https://example.org/a?x=1", ""],
  ["https://example.org/a/b", ""]
])("the page %s", (by, reason) => {
  expect(verdict(by, { urls: ["https://Example.org/a"] })).toBe(reason)
})

test.each([
  ["https://a.example/free-CASINO", { words: ["casino"] }, {}, "listed-word"],
  ["https://a.example/casinos", { words: ["casino"] }, {}, ""],
  ["https://a.example/%63asino", { words: ["casino"] }, {}, "listed-word"],
  ["https://казино.example/", { words: ["казино"] }, {}, "listed-word"],
  ["https://a.example/casino", { words: ["casino"] }, { maxWords: 1 }, ""],
  ["https://a.example/free", { softWords: ["free", "bonus"] }, {}, ""],
  ["https://a.example/free/free", { softWords: ["free", "bonus"] }, {}, "soft-words"],
  ["https://onlinecas.ino.example", { subwords: ["casino"] }, {}, "subword"],
  ["https://a.example/c-a-s", { subwords: ["casino", ""] }, {}, ""],
  ["https://a.example/%zz", { words: ["zz"] }, {}, "listed-word"],
  ["not an address", { domains: ["a.example"] }, {}, ""],
  ["not an address", {}, { dropInvalid: true }, "no-url"],
  ["", {}, { dropInvalid: true }, "no-url"],
  ["https://a.example", { domains: ["a.example"] }, {}, "listed-domain"]
])("%s with %j %j", (by, lists, options, reason) => {
  expect(verdict(by, lists, options)).toBe(reason)
})

test("an entry that is no domain is told", () => {
  expect(() => measured("https://a.example", { domains: ["a.example/path"] })).toThrow(
    '"a.example/path" in the list of domains is no domain'
  )
})

test("one list is made ready for each that is given", () => {
  expect(measured("https://a.example", { domains: ["a.example"] })["domain"]).toBe("a.example")
  expect(measured("https://a.example", { domains: ["b.example"] })["domain"]).toBe("")
})
