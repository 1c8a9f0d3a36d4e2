// quality.redact: personal data in a text is replaced by what kind of data it was, or by a pseudonym.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { CHECKED_KINDS, findPersonal, PERSONAL_KINDS } from "./personal.ts"
import { pseudonym } from "./pseudonym.ts"

/** What a thread has made of the lists of given names it was given. */
const nameLists = new WeakMap<ReadonlyArray<string>, ReadonlySet<string>>()

const namesOf = (list: ReadonlyArray<string>): ReadonlySet<string> => {
  let names = nameLists.get(list)
  if (names === undefined) {
    names = new Set(list.map((name) => name.toLowerCase()))
    nameLists.set(list, names)
  }
  return names
}

/**
 * Replaces e-mail addresses, phone numbers, public IP addresses, IBANs and payment card numbers in `text` by `[EMAIL]`,
 * `[PHONE]`, `[IP]`, `[IBAN]` and `[CARD]`, counts them in `redactions`, and says in `redacted` of which kind each was and
 * where: from and to in the text as it was, in UTF-16 code units. IBANs must have their country's length and pass ISO 7064
 * mod 97-10, cards an issuer's range and length and the Luhn check; version and section numbers, private addresses and ISBNs stay.
 *
 * With `replaceBy: "pseudonym"` equal values have equal substitutes in all rows, other ones under another `seed`; whoever has
 * the seed can try values, so keep it. `kinds` may have `name`: people named after a title, a greeting or "my name is", and
 * those whose given name is in `givenNames`; that finds a part of them only.
 *
 * On Presidio's 2,109 generated sentences all kinds but names are found with precision 1 and recall 0.9 to 1. About 15 ms a megabyte.
 *
 * @example
 * import { quality } from "#stages"
 * rows({ text: "Write to ann@example.com or call +44 20 7946 0958." }).pipe(quality.redact())
 * // → { text: "Write to [EMAIL] or call [PHONE].", redactions: 2, … }
 */
export const redact = Stage.map({
  name: "quality.redact",
  needs: { text: Schema.String },
  adds: {
    text: Schema.String,
    redactions: Schema.Int,
    redacted: Schema.Array(Schema.Struct({ kind: Schema.Literals(PERSONAL_KINDS), from: Schema.Int, to: Schema.Int }))
  },
  options: {
    kinds: opt(Schema.Array(Schema.Literals(PERSONAL_KINDS)), CHECKED_KINDS),
    replaceBy: opt(Schema.Literals(["label", "pseudonym"]), "label"),
    seed: opt(Schema.String, ""),
    givenNames: opt.list([])
  },
  apply: ({ text }, { kinds, replaceBy, seed, givenNames }) => {
    if (replaceBy === "pseudonym" && seed === "")
      throw new Error(
        'pseudonyms need a seed, else anybody can compute them: quality.redact({ replaceBy: "pseudonym", seed: "…" })'
      )
    const found = findPersonal(text, kinds, namesOf(givenNames))
    if (found.length === 0) return { text, redactions: 0, redacted: [] }
    let out = ""
    let end = 0
    for (const { kind, from, to } of found) {
      out += text.slice(end, from)
      out += replaceBy === "label" ? `[${kind.toUpperCase()}]` : pseudonym(kind, text.slice(from, to), seed)
      end = to
    }
    const redacted = found.map(({ kind, from, to }) => ({ kind, from, to }))
    return { text: out + text.slice(end), redactions: found.length, redacted }
  }
})
