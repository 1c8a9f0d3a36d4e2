// Pseudonyms: one value has one substitute under a seed, whatever row it stands in, and nobody without the seed can tell which.
import { createHmac } from "node:crypto"
import type { PersonalKind } from "./personal.ts"

/** A value as it counts: two ways to write one address or number have one pseudonym. */
const plain = (kind: PersonalKind, value: string): string => {
  if (kind === "phone") return value.replace(/x\d+$/, "").replace(/\D/g, "")
  if (kind === "iban" || kind === "card") return value.replace(/[^0-9A-Za-z]/g, "").toUpperCase()
  return value.toLowerCase()
}

/**
 * The substitute of a value, from HMAC-SHA-256 of it under the seed. E-mail, IP and phone keep their form, from what is set aside
 * for examples: example.org (RFC 2606), 198.18.0.0/15 (RFC 2544), 2001:db8::/32 (RFC 3849), numbers 555-01xx. The
 * others become a label with 48 bits of the digest, for a number that passes its check might be somebody's.
 */
export const pseudonym = (kind: PersonalKind, value: string, seed: string): string => {
  const digest = createHmac("sha256", seed)
    .update(`${kind}\0${plain(kind, value)}`)
    .digest()
  const hex = digest.toString("hex")
  switch (kind) {
    case "email":
      return `user-${hex.slice(0, 10)}@example.org`
    case "ip":
      return value.includes(":")
        ? `2001:db8:${hex.slice(0, 4)}:${hex.slice(4, 8)}::${hex.slice(8, 12)}`
        : `198.${18 + (digest[0]! & 1)}.${digest[1]}.${digest[2]}`
    case "phone":
      return `+1 ${200 + (digest.readUInt16LE(0) % 800)} 555 01${String(digest[2]! % 100).padStart(2, "0")}`
    default:
      return `[${kind.toUpperCase()}-${hex.slice(0, 12)}]`
  }
}
