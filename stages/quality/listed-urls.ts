// Addresses against lists: which entry a host falls under, which listed words an address has.
import { domainToUnicode } from "node:url"

/** An address taken apart for the lists. */
export interface Address {
  /** In lower case, as punycode, without a dot at its end. */
  readonly host: string
  /** Host without "www.", path without a slash at its end, query; no scheme, user, default port or fragment. */
  readonly page: string
  /** Runs of letters and digits of the whole address, in lower case; host and path are also read as Unicode. */
  readonly words: ReadonlyArray<string>
}

/** Reads an address, with or without its scheme; undefined where it is none. */
export const addressOf = (written: string): Address | undefined => {
  const text = written.trim()
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(whole)) return undefined
  const { hostname, port, pathname, search, href } = new URL(whole)
  const host = hostname.replace(/\.$/, "")
  if (host === "" || /\s/.test(text)) return undefined
  const page = `${host.replace(/^www\./, "")}${port === "" ? "" : `:${port}`}${pathname.replace(/\/+$/, "")}${search}`
  const shown = host.includes("xn--") ? ` ${domainToUnicode(host)}` : ""
  const words = `${decoded(href)}${shown}`.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return { host, page, words }
}

const decoded = (href: string): string => {
  try {
    return decodeURIComponent(href)
  } catch {
    return href
  }
}

/** What an entry of the domain list says of a host: it and what is below it, it alone, only what is below it, or nothing of these. */
type Rule = "all" | "self" | "below" | "none"

/** Listed domains: `example.org`, `=example.org` (not what is below it), `*.example.org` (only that), `!docs.example.org` (not at all). */
export interface Domains {
  readonly rules: ReadonlyMap<string, Rule>
}

const signs: { readonly [sign: string]: Rule } = { "=": "self", "!": "none" }

/** Throws an Error that names an entry which is no domain. */
export const domainsOf = (entries: ReadonlyArray<string>): Domains => {
  const rules = new Map<string, Rule>()
  for (const entry of entries) {
    const below = entry.startsWith("*.")
    const sign = signs[entry[0]!]
    const name = below ? entry.slice(2) : sign === undefined ? entry : entry.slice(1)
    const host = addressOf(name)?.host
    if (host === undefined || /[/?#@]/.test(name))
      throw new Error(
        `"${entry}" in the list of domains is no domain; an entry looks like example.org or *.example.org`
      )
    rules.set(host, below ? "below" : (sign ?? "all"))
  }
  return { rules }
}

/** The entry that lists a host, "" where none does; the longest entry that says something of the host decides. */
export const listedDomain = ({ rules }: Domains, host: string): string => {
  for (let name = host; name !== ""; ) {
    const rule = rules.get(name)
    const says = rule !== undefined && !(rule === "self" && name !== host) && !(rule === "below" && name === host)
    if (says) return rule === "none" ? "" : `${rule === "below" ? "*." : rule === "self" ? "=" : ""}${name}`
    const dot = name.indexOf(".")
    name = dot < 0 ? "" : name.slice(dot + 1)
  }
  return ""
}

/** How many of the words are listed, each occurrence counted. */
export const listedWords = (words: ReadonlyArray<string>, listed: ReadonlySet<string>): number => {
  if (listed.size === 0) return 0
  let count = 0
  for (const word of words) if (listed.has(word)) count++
  return count
}
