// Names of people, by what stands before them: a title, a greeting, "my name is"; or by a list of given names.
import type { Span } from "./checked-numbers.ts"

const WORD = "\\p{Lu}\\p{M}*[\\p{L}\\p{M}]*(?:['\u2019-]\\p{Lu}?[\\p{L}\\p{M}]+)*"
const PARTICLE = "(?:(?:de|del|della|di|da|dos|van|von|der|den|la|le|al|el|bin|ibn|ter|zu) ){0,2}"
const NAME = `${WORD}(?: \\p{Lu}\\.| ${PARTICLE}${WORD}){0,3}`

const TITLED = new RegExp(
  `\\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Herr|Frau|Monsieur|Madame|Mme|Mlle|Señor|Señora|Signor|Signora)\\b\\.? (${NAME})`,
  "gu"
)
const INTRODUCED = new RegExp(
  `\\b(?:[Mm]y (?:full )?name(?: is|'s|:)|[Nn]ame:|[Tt]his is|[Dd]ear|(?:Hi|Hello|Hey),?|[Rr]egards,|[Ss]incerely,|[Cc]heers,|[Ss]igned,?|[Cc]ontact|[Aa]sk for|[Ss]peak (?:to|with))\\s+(${NAME})`,
  "gu"
)
const CAPITALISED = new RegExp(NAME, "gu")
/** Words with a capital that begin a sentence or name no one. */
const NOBODY =
  /^(?:I|The|A|An|This|That|It|We|You|He|She|They|All|Sir|Madam|Team|Everyone|Everybody|There|World|Customer|Support|Sales|Service|Please|What|Who|How|When|Where|Why|If|In|On|At|To|For|And|But|Or|Not|No|Yes|My|Your|Our|Is|Are|Friends|Colleagues|Readers?|Editor|Committee|Mom|Dad|God|Lord|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December)$/

/** All names found, in text order, none overlapping. */
export const findNames = (text: string, givenNames: ReadonlySet<string>): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  for (const pattern of [TITLED, INTRODUCED])
    for (const match of text.matchAll(pattern)) {
      const name = match[1]!
      if (NOBODY.test(name.split(" ")[0]!)) continue
      const from = match.index + match[0].length - name.length
      spans.push({ from, to: from + name.length })
    }
  if (givenNames.size > 0)
    for (const match of text.matchAll(CAPITALISED)) {
      const words = match[0].split(" ")
      const first = words.findIndex((word) => givenNames.has(word.toLowerCase()))
      if (first < 0) continue
      const from = match.index + words.slice(0, first).join(" ").length + (first === 0 ? 0 : 1)
      spans.push({ from, to: match.index + match[0].length })
    }
  spans.sort((a, b) => a.from - b.from || b.to - a.to)
  const apart: Array<Span> = []
  for (const span of spans) if (span.from >= (apart.at(-1)?.to ?? 0)) apart.push(span)
  return apart
}
