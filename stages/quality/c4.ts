// quality.c4: drops what C4 would, by what its line rules leave; quality.c4Lines takes the other lines out of the text.
import * as Schema from "effect/Schema"
import { keep, opt, Stage, type TextColumn } from "#sluice"
import { c4Batch, c4Scores } from "./c4-scores.ts"
import { lineOptions } from "./line-cleaning.ts"
import { tokeniserOf, Words } from "./words.ts"

/**
 * Drops text with "lorem ipsum" or a curly bracket, and text of which C4's line rules (Raffel et al. 2020, section 2.2)
 * leave fewer than five sentences, as datatrove 0.10 defines them; its options have datatrove's names. A filter changes no
 * text: pipe what it keeps into `quality.c4Lines` with the same options. FineWeb sets `filterNoTerminalPunct` to false.
 *
 * @example
 * import { quality } from "#stages"
 * const story = "The gate opens. Boats wait. The keeper waves. One goes up. Then the next one goes."
 * rows({ text: `Home\n${story}` }, { text: `${story} Or {so}.` }, { text: "A short note is this." }).pipe(quality.c4())
 * // → { text: "Home\nThe gate opens. Boats wait. The keeper waves. One goes up. Then the next one goes." }
 * // dropped: 1 curly-bracket, 1 too-few-sentences
 */
export const c4 = Stage.filter({
  name: "quality.c4",
  needs: { text: Schema.String },
  measures: { loremIpsum: Schema.Int, curlyBracket: Schema.Int, sentences: Schema.Int },
  measureOptions: { ...lineOptions, words: opt(Words, "spacy") },
  measure: ({ text }, { words, ...rules }) => c4Scores(text, rules, tokeniserOf(words)),
  measureBatch: ({ rows, columns }, { words, ...rules }) => ({
    rows,
    columns: c4Batch(columns.text as TextColumn, rows, rules, tokeniserOf(words))
  }),
  options: {
    minNumSentences: opt(Schema.Int, 5),
    filterLoremIpsum: opt(Schema.Boolean, true),
    filterCurlyBracket: opt(Schema.Boolean, true)
  },
  reasons: ["lorem-ipsum", "curly-bracket", "too-few-sentences"],
  decide: (m, options) => {
    const lorem = options.filterLoremIpsum ? m.loremIpsum : 0
    const bracket = options.filterCurlyBracket ? m.curlyBracket : 0
    if (lorem > 0 && (bracket === 0 || lorem <= bracket)) return "lorem-ipsum"
    if (bracket > 0) return "curly-bracket"
    return m.sentences < options.minNumSentences ? "too-few-sentences" : keep
  }
})
