// quality.url: drops rows by lists of domains, addresses and words of addresses.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"
import { addressOf, type Domains, domainsOf, listedDomain, listedWords } from "./listed-urls.ts"

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

/** What a thread has made of the lists it was given: a list is made ready once. */
const domainLists = new WeakMap<ReadonlyArray<string>, Domains>()
const pageLists = new WeakMap<ReadonlyArray<string>, ReadonlySet<string>>()
const wordLists = new WeakMap<ReadonlyArray<string>, ReadonlySet<string>>()
const subwordLists = new WeakMap<ReadonlyArray<string>, RegExp | undefined>()

const made = <Made>(
  lists: WeakMap<ReadonlyArray<string>, Made>,
  list: ReadonlyArray<string>,
  make: (list: ReadonlyArray<string>) => Made
): Made => {
  if (!lists.has(list)) lists.set(list, make(list))
  return lists.get(list)!
}

const pagesOf = (list: ReadonlyArray<string>) => new Set(list.flatMap((url) => addressOf(url)?.page ?? []))
const wordsOf = (list: ReadonlyArray<string>) => new Set(list.map((word) => word.toLowerCase()))
const subwordsOf = (list: ReadonlyArray<string>): RegExp | undefined => {
  const parts = list.map((word) => word.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]/gu, "")).filter(Boolean)
  return parts.length === 0 ? undefined : new RegExp(parts.map(escaped).join("|"), "g")
}

/**
 * Drops rows whose `url` (or the column `by`) is listed, by the rules of RefinedWeb and FineWeb (Penedo et al. 2023 and 2024) as
 * datatrove applies them: its host or a domain above it in `domains`, itself in `urls`, one of its words in `words`, two of
 * them in `softWords`, one of `subwords` anywhere in it without its marks. Each list is given in place or as a text file, and
 * its content enters the key. In `domains`, `example.org` lists it and all below it, `=example.org` it alone, `*.example.org`
 * what is below it, and `!docs.example.org` takes that out again: the longest entry decides. Hosts are compared in lower
 * case and as punycode, words in lower case with escapes and punycode read as Unicode (datatrove compares words as
 * written). No list comes with the stage.
 *
 * @example
 * // domains.txt
 * //   # places that copy
 * //   mirror.example
 * //   !docs.mirror.example
 * import { quality } from "#stages"
 * rows(
 *   { url: "https://sluice.example/gate" },
 *   { url: "http://WWW.Mirror.example/gate" },
 *   { url: "https://docs.mirror.example/" },
 *   { url: "https://sluice.example/free-casino-bonus" }
 * ).pipe(quality.url({ domains: "domains.txt", softWords: ["free", "casino", "bonus"] }))
 * // → { url: "https://sluice.example/gate" }
 * // → { url: "https://docs.mirror.example/" }
 * // dropped: 1 listed-domain, 1 soft-words
 */
export const url = Stage.filter({
  name: "quality.url",
  needs: { by: Schema.String },
  measures: {
    /** 1 where it is an address. */
    valid: Schema.Int,
    /** The entry that lists the host, "" where none does. */
    domain: Schema.String,
    listed: Schema.Int,
    words: Schema.Int,
    softWords: Schema.Int,
    subwords: Schema.Int
  },
  measureOptions: {
    by: opt.column("url"),
    domains: opt.list([]),
    urls: opt.list([]),
    words: opt.list([]),
    softWords: opt.list([]),
    subwords: opt.list([])
  },
  measure: ({ by }, { domains, urls, words, softWords, subwords }) => {
    const hosts = made(domainLists, domains, domainsOf)
    const address = addressOf(by)
    if (address === undefined) return { valid: 0, domain: "", listed: 0, words: 0, softWords: 0, subwords: 0 }
    const pattern = made(subwordLists, subwords, subwordsOf)
    return {
      valid: 1,
      domain: listedDomain(hosts, address.host),
      listed: made(pageLists, urls, pagesOf).has(address.page) ? 1 : 0,
      words: listedWords(address.words, made(wordLists, words, wordsOf)),
      softWords: listedWords(address.words, made(wordLists, softWords, wordsOf)),
      subwords: pattern === undefined ? 0 : (address.words.join("").match(pattern)?.length ?? 0)
    }
  },
  options: {
    maxWords: opt(Schema.Int, 0),
    maxSoftWords: opt(Schema.Int, 1),
    maxSubwords: opt(Schema.Int, 0),
    dropInvalid: opt(Schema.Boolean, false)
  },
  reasons: ["no-url", "listed-domain", "listed-url", "listed-word", "soft-words", "subword"],
  decide: (m, options) => {
    if (m.valid === 0) return options.dropInvalid ? "no-url" : keep
    if (m.domain !== "") return "listed-domain"
    if (m.listed > 0) return "listed-url"
    if (m.words > options.maxWords) return "listed-word"
    if (m.softWords > options.maxSoftWords) return "soft-words"
    return m.subwords > options.maxSubwords ? "subword" : keep
  }
})
