// quality.redact: what is personal goes, what only looks like it stays.
import { expect, test } from "vitest"
import { redact } from "../../../stages/quality/redact.ts"
import type { Apply } from "../declared.ts"

const { apply } = redact.declaration as Apply
const ALL = ["email", "phone", "ip", "iban", "card"]
const redacted = (text: string, kinds: ReadonlyArray<string> = ALL) =>
  apply({ text }, { kinds }) as { readonly text: string; readonly redactions: number }

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
  ["a@b.de and c@d.fr", "[EMAIL] and [EMAIL]"]
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
  "ISBN 978-3-16-148410-0",
  "2024-01-15 12:30:45, 1700000000000, 1,234,567",
  "sha 5551234567abcdef, id 555-12-4567",
  "0x5551234567",
  "@media (min-width: 600px), @ alone, user@localhost"
])("%j stays", (text) => {
  expect(redacted(text)).toEqual({ text, redactions: 0 })
})

test("only the wanted kinds", () => {
  expect(redacted("a@b.de 93.184.216.34", ["ip"]).text).toBe("a@b.de [IP]")
})
