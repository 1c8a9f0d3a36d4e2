// How often the language of a text is told right, by language: paragraphs of the Universal Declaration of Human Rights.
import { detectLanguage, makeDetector } from "#sluice/text"
import { memberText } from "./given-archive.ts"

export interface LanguageAccuracy {
  readonly language: string
  readonly texts: number
  readonly right: number
  /** The languages most often said instead, with their numbers. */
  readonly instead: ReadonlyArray<readonly [string, number]>
}

export interface LanguageReport {
  readonly known: ReadonlyArray<LanguageAccuracy>
  /** Mean of the languages' shares. */
  readonly macro: number
  /** Share of all texts in known languages that were told right; and of those told with confidence 0.65 at least. */
  readonly all: number
  readonly confident: number
  /** Share of the texts in known languages that are told with such confidence. */
  readonly coverage: number
  /** Texts in languages that the detector does not know, and the share of them it gives another language with confidence. */
  readonly unknown: { readonly texts: number; readonly confident: number }
}

/** Tags that name the same language, or one that is written alike, as the detector's. */
const SAME: { readonly [tag: string]: string } = { nb: "no", nn: "no", tl: "tl", fil: "tl", iw: "he", in: "id" }

/** Over the paragraphs of langid.tar.zst, by the languages `languages` that the detector knows. */
export const languageAccuracy = (languages: ReadonlySet<string>): LanguageReport => {
  const detector = makeDetector()
  const rows = memberText("langid.tar.zst", "langid/udhr-paragraphs.jsonl").trim().split("\n")
  const byLanguage = new Map<string, { texts: number; right: number; instead: Map<string, number> }>()
  let [all, right, sure, sureRight, foreign, foreignSure] = [0, 0, 0, 0, 0, 0]
  for (const row of rows) {
    const { lang, text } = JSON.parse(row) as { readonly lang: string; readonly text: string }
    const language = SAME[lang] ?? lang
    const bytes = Buffer.from(text, "utf8")
    const said = detectLanguage(detector, bytes, 0, bytes.length)
    if (!languages.has(language)) {
      foreign++
      if (said.confidence >= 0.65) foreignSure++
      continue
    }
    const entry = byLanguage.get(language) ?? { texts: 0, right: 0, instead: new Map<string, number>() }
    byLanguage.set(language, entry)
    entry.texts++
    all++
    const isRight = said.language === language
    if (isRight) {
      entry.right++
      right++
    } else entry.instead.set(said.language, (entry.instead.get(said.language) ?? 0) + 1)
    if (said.confidence >= 0.65) {
      sure++
      if (isRight) sureRight++
    }
  }
  const known = [...byLanguage]
    .map(([language, { texts, right: hits, instead }]) => ({
      language,
      texts,
      right: hits,
      instead: [...instead].sort((a, b) => b[1] - a[1]).slice(0, 3)
    }))
    .sort((a, b) => a.right / a.texts - b.right / b.texts)
  return {
    known,
    macro: known.reduce((sum, { texts, right: hits }) => sum + hits / texts, 0) / known.length,
    all: right / all,
    confident: sureRight / sure,
    coverage: sure / all,
    unknown: { texts: foreign, confident: foreignSure / foreign }
  }
}
