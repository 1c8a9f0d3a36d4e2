// The rules of spaCy's English tokenizer, as patterns, for one run of characters between white space; spacy.as.ts has them again
// for ASCII, which most runs are.
import { ADDRESS, INFIX, PREFIX, SUFFIX } from "./spacy-affixes.ts"
import { makeSpacyExceptions } from "./spacy-exceptions.ts"
import type { Cut } from "./spacy-runs.ts"
import { HAS_LETTER, IS_WORD } from "./tokens.ts"
import { classOf, LETTER } from "./unicode.ts"

/** Marks as datatrove 0.10 lists them; a token of nothing else is no word. */
const MARKS = new Set("!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»")

const isMark = (char: string, point: number): boolean =>
  MARKS.has(char) || (point < 32 && point !== 9 && point !== 10) || (point >= 127 && point < 160)

type Exceptions = ReadonlyMap<string, ReadonlyArray<string>>

/** What a tokeniser looks up: built where the first text is cut, for whoever cuts none should not wait for it. */
interface Tables {
  readonly exceptions: Exceptions
  /** Exceptions that the rules would cut, by their pieces: where these stand side by side, they are put together again. */
  readonly cut: ReadonlyMap<string, string>
  readonly mostPieces: number
}

const makeTables = (): Tables => {
  const exceptions = makeSpacyExceptions()
  const cut = new Map(
    [...exceptions.keys()]
      .map((word) => [word, affixed(word, NO_EXCEPTIONS)] as const)
      .filter(([word]) => PREFIX.test(word) || SUFFIX.test(word) || word.search(INFIX) >= 0)
      .map(([word, parts]) => [parts.join("\u0000"), word])
  )
  const mostPieces = Math.max(...Array.from(cut.keys(), (pieces) => pieces.split("\u0000").length))
  return { exceptions, cut, mostPieces }
}

/** The rules, with their tables. */
export interface SpacyRules {
  readonly exceptions: Exceptions
  /** The pieces of each exception that the rules would cut. */
  readonly pieces: Iterable<ReadonlyArray<string>>
  /** Cuts a run of characters between white space. */
  readonly cut: (run: string) => Cut
}

export const makeSpacyRules = (): SpacyRules => {
  const tables = makeTables()
  const pieces = Array.from(tables.cut.keys(), (key) => key.split("\u0000"))
  return { exceptions: tables.exceptions, pieces, cut: (run) => cutOf(run, tables) }
}

const cutOf = (run: string, tables: Tables): Cut => {
  const cut: Array<number> = []
  for (const token of wordsIn(run, tables)) {
    let points = 0
    let kind = 0
    for (const char of token) {
      const point = char.codePointAt(0)!
      points++
      if (!isMark(char, point)) kind |= IS_WORD
      if ((classOf(point) & LETTER) !== 0) kind |= HAS_LETTER
    }
    cut.push(Buffer.byteLength(token), points, kind)
  }
  return cut
}

const wordsIn = (run: string, tables: Tables): ReadonlyArray<string> =>
  tables.exceptions.get(run) ?? joined(affixed(run, tables.exceptions), tables)

/** No rule cuts plain letters. */
const LETTERS = /^[A-Za-z]+$/
const NO_EXCEPTIONS: Exceptions = new Map()

/** Looks up short words only, so that a long row of marks is not hashed again for each mark. */
const isKnown = (word: string, exceptions: Exceptions): boolean => word.length < 16 && exceptions.has(word)

/** Cuts marks off both ends until neither has one or what is left is known, then cuts the middle. */
const affixed = (run: string, exceptions: Exceptions): ReadonlyArray<string> => {
  const before: Array<string> = []
  const after: Array<string> = []
  let rest = run
  while (rest !== "" && !LETTERS.test(rest) && !isKnown(rest, exceptions)) {
    const prefix = PREFIX.exec(rest)?.[0].length ?? 0
    const inner = rest.slice(prefix)
    if (prefix > 0 && isKnown(inner, exceptions)) {
      before.push(rest.slice(0, prefix))
      rest = inner
      break
    }
    const suffix = suffixOf(inner)
    const outer = rest.slice(0, rest.length - suffix)
    if (suffix > 0 && isKnown(outer, exceptions)) {
      after.push(rest.slice(outer.length))
      rest = outer
      break
    }
    if (prefix + suffix === 0) break
    if (prefix > 0) before.push(rest.slice(0, prefix))
    if (suffix > 0) after.push(rest.slice(outer.length))
    rest = inner.slice(0, inner.length - suffix)
  }
  return [...before, ...middleOf(rest, exceptions), ...after.reverse()]
}

const middleOf = (rest: string, exceptions: Exceptions): ReadonlyArray<string> => {
  if (rest === "") return []
  const known = exceptions.get(rest)
  if (known !== undefined) return known
  return LETTERS.test(rest) || (rest.includes(".") && ADDRESS.test(rest)) ? [rest] : infixed(rest)
}

/** How long the suffix is. Only a row of points can be longer than what the last characters show. */
const suffixOf = (run: string): number => {
  const tail = run.slice(-TAIL)
  const index = SUFFIX.exec(tail)?.index
  if (index === undefined) return 0
  return index > 2 || tail.length === run.length ? tail.length - index : run.length - SUFFIX.exec(run)!.index
}

/** Longer than any suffix, a row of points aside, and what it looks back at. */
const TAIL = 16

/** What may be a mark of INFIX: a quick look before the slow one. */
const MAY_CUT = /[.+\-*^,~:<>=/\u2013\u2014\u2026]|(?![\u2000-\u206f])[^\0-\x7f\p{L}\p{M}\p{N}]/u

const infixed = (run: string): ReadonlyArray<string> => {
  if (!MAY_CUT.test(run)) return [run]
  const parts: Array<string> = []
  let start = 0
  for (const { 0: mark, index } of run.matchAll(INFIX)) {
    if (index === 0) continue
    if (index !== start) parts.push(run.slice(start, index))
    parts.push(mark)
    start = index + mark.length
  }
  if (start < run.length) parts.push(run.slice(start))
  return parts
}

const joined = (parts: ReadonlyArray<string>, { exceptions, cut, mostPieces }: Tables): ReadonlyArray<string> => {
  if (parts.length < 2) return parts
  const found: Array<{ readonly from: number; readonly to: number; readonly word: string }> = []
  for (let from = 0; from < parts.length; from++) {
    let pieces = ""
    for (let to = from + 1; to <= Math.min(parts.length, from + mostPieces); to++) {
      pieces = to === from + 1 ? parts[from]! : `${pieces}\u0000${parts[to - 1]}`
      const word = cut.get(pieces)
      if (word !== undefined) found.push({ from, to, word })
    }
  }
  if (found.length === 0) return parts
  found.sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from)
  const taken = new Uint8Array(parts.length)
  const chosen = new Map<number, (typeof found)[number]>()
  for (const one of found) {
    if (taken[one.from] === 0 && taken[one.to - 1] === 0) chosen.set(one.from, one)
    taken.fill(1, one.from, one.to)
  }
  const out: Array<string> = []
  for (let i = 0; i < parts.length; ) {
    const one = chosen.get(i)
    if (one === undefined) out.push(parts[i++]!)
    else {
      out.push(...exceptions.get(one.word)!)
      i = one.to
    }
  }
  return out
}
