// quality.redact: what is personal goes, what only looks like it stays.
import { expect, test } from "vitest"
import { redact } from "../../../stages/quality/redact.ts"
import { type Apply, decodedDefaults } from "../declared.ts"

const { apply } = redact.declaration as Apply
const ALL = ["email", "phone", "ip", "iban", "card"]
const defaults = decodedDefaults(redact.declaration.options)
const redacted = (text: string, kinds: ReadonlyArray<string> = ALL, more: object = {}) =>
  apply({ text }, { ...defaults, kinds, ...more }) as {
    readonly text: string
    readonly redactions: number
    readonly redacted: ReadonlyArray<{ readonly kind: string; readonly from: number; readonly to: number }>
  }

test.each([
  ["Write to jane.doe+x@mail.example.co.uk.", "Write to [EMAIL]."],
  ["<müller@exämple.de>", "<[EMAIL]>"],
  ["Server 93.184.216.34 answered", "Server [IP] answered"],
  ["Pay to DE89 3704 0044 0532 0130 00 please", "Pay to [IBAN] please"],
  ["GB82WEST12345698765432", "[IBAN]"],
  ["Card 4111 1111 1111 1111, thanks", "Card [CARD], thanks"],
  ["378282246310005", "[CARD]"],
  ["Call +44 20 7946 0958 now", "Call [PHONE] now"],
  ["(555) 123-4567", "[PHONE]"],
  ["555-123-4567.", "[PHONE]."],
  ["my phone number is 0370 602 9132", "my phone number is [PHONE]"],
  ["a@b.de and c@d.fr", "[EMAIL] and [EMAIL]"],
  ["I lost 4111111111111111. Help", "I lost [CARD]. Help"],
  ["3530111333300000 and 30569309025904 and 6011111111111117", "[CARD] and [CARD] and [CARD]"],
  ["my iban is gb82west12345698765432", "my iban is [IBAN]"],
  ["NO93 8601 1117 947, FR14-2004-1010-0505-0001-3M02-606", "[IBAN], [IBAN]"],
  ["from 2606:2800:220:1:248:1893:25c8:1946.", "from [IP]."],
  ["at 2a00:1450::200e, port 443", "at [IP], port 443"],
  ["06-24312407-Office, 044 381 10 14 fax", "[PHONE]-Office, [PHONE] fax"],
  ["You can call 33 93 31", "You can call [PHONE]"],
  ["call 2813882583 today", "call [PHONE] today"]
])("%j", (text, expected) => {
  const found = redacted(text)
  expect(found.text).toBe(expected)
  expect(found.redactions).toBe(expected.split("[").length - 1)
})

test.each([
  "npm install foo@1.2.3 bar@latest @scope/name@4.0.0-beta.x",
  "git@github.com:owner/repo.git",
  "version 1.2.3.4 and v10.4.2.1, Release 8.0.12.5",
  "127.0.0.1, 192.168.1.1, 10.0.0.1, 172.16.9.9, 169.254.0.1, 192.0.2.1, 255.255.255.255",
  "1.2.3.4.5 and 300.1.1.1 and 1.2.3",
  "# 3.2.1.4 Heading",
  "DE89 3704 0044 0532 0130 01",
  "4111 1111 1111 1112",
  "1234567890123456",
  "0.4111111111111111",
  "GB82 WEST 1234 5698 7654 3",
  "GB82-WEST12345698765432 and x-GB82WEST12345698765432",
  "XX82WEST12345698765432, Gb82WEST12345698765432",
  "5111111111111 has the length of no Mastercard, though Luhn agrees: 5111111111119",
  "std::cout, a::b, dead::beef, Cafe::Add, 12:30:45, 00:1b:44:11:3a:b7",
  "::1, fe80::1:2:3, 2001:db8::1:2, fd00:1:2:3:4:5:6:7",
  "+000000120, (-33554432, +33554432)",
  "ANSI 4.10.4.1 and zlib 1.2.2.2, (Linux 2.4.9.2)",
  "ISBN 978-3-16-148410-0",
  "2024-01-15 12:30:45, 1700000000000, 1,234,567",
  "sha 5551234567abcdef, id 555-12-4567",
  "0x5551234567",
  "@media (min-width: 600px), @ alone, user@localhost"
])("%j stays", (text) => {
  expect(redacted(text)).toEqual({ text, redactions: 0, redacted: [] })
})

test("only the wanted kinds", () => {
  expect(redacted("a@b.de 93.184.216.34", ["ip"]).text).toBe("a@b.de [IP]")
})

test("where each was, in the text as it was", () => {
  const text = "é𝐚 a@b.de, 93.184.216.34"
  const found = redacted(text)
  expect(found.redacted.map(({ kind, from, to }) => [kind, text.slice(from, to)])).toEqual([
    ["email", "a@b.de"],
    ["ip", "93.184.216.34"]
  ])
})

const seeded = (text: string, seed = "7", kinds = ALL) => redacted(text, kinds, { replaceBy: "pseudonym", seed }).text

test("pseudonyms: one for one value under one seed, whatever its spelling", () => {
  expect(seeded("Ann@Example.com")).toBe(seeded("ann@example.com"))
  expect(seeded("4111 1111 1111 1111")).toBe(seeded("4111111111111111"))
  expect(seeded("GB82 WEST 1234 5698 7654 32")).toBe(seeded("GB82WEST12345698765432"))
  expect(seeded("+44 20 7946 0958")).toBe(seeded("+44-20-7946-0958"))
  expect(seeded("ann@example.com")).not.toBe(seeded("ann@example.com", "8"))
  expect(seeded("ann@example.com")).not.toBe(seeded("bob@example.com"))
})

test.each([
  ["ann@example.com", /^user-[0-9a-f]{10}@example\.org$/],
  ["93.184.216.34", /^198\.1[89]\.\d{1,3}\.\d{1,3}$/],
  ["2606:2800:220:1:248:1893:25c8:1946", /^2001:db8:[0-9a-f]{4}:[0-9a-f]{4}::[0-9a-f]{4}$/],
  ["+44 20 7946 0958", /^\+1 [2-9]\d\d 555 01\d\d$/],
  ["GB82WEST12345698765432", /^\[IBAN-[0-9a-f]{12}\]$/],
  ["4111111111111111", /^\[CARD-[0-9a-f]{12}\]$/]
])("the pseudonym of %s", (text, form) => {
  expect(seeded(text)).toMatch(form)
})

test("pseudonyms need a seed", () => {
  expect(() => seeded("ann@example.com", "")).toThrow("pseudonyms need a seed")
})

test.each([
  ["Dear Ann Smith, thanks", "Dear [NAME], thanks"],
  ["Mr. van der Berg", "Mr. van der Berg"],
  ["Dr. José M. de la Cruz came", "Dr. [NAME] came"],
  ["my name is Ann. I sluice.", "my name is [NAME]. I sluice."],
  ["Regards,\nJean-Luc O'Neill", "Regards,\n[NAME]"],
  ["Dear Sir, Dear Customer, Hello World", "Dear Sir, Dear Customer, Hello World"],
  ["The Mississippi and the Drina", "The Mississippi and the Drina"],
  ["write to Ann Smith, not to Anna", "write to Ann Smith, not to Anna"]
])("names by what stands before them: %j", (text, expected) => {
  expect(redacted(text, ["name"]).text).toBe(expected)
})

test("names by a list of given names, beside other kinds", () => {
  const found = redacted("Yesterday Ann Smith (ann@example.com) met Bo.", ["name", "email"], {
    givenNames: ["ANN", "bo"]
  })
  expect(found.text).toBe("Yesterday [NAME] ([EMAIL]) met [NAME].")
})
