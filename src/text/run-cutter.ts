// Cuts what the text kernel leaves to the patterns of spacy-rules.ts, and says which words the kernel must know.
import { makeSpacyRules } from "./spacy-rules.ts"
import { findRun, keepRun, makeRuns } from "./spacy-runs.ts"
import type { Tokens } from "./tokens.ts"

/** What the kernel leaves to the patterns: runs beyond ASCII, and those whose pieces may belong together again. */
export interface RunCutter {
  /** Words of ASCII that the rules do not decide, and the lengths of their tokens. */
  readonly known: Iterable<readonly [word: string, lengths: ReadonlyArray<number>]>
  /** The first two pieces of each known word that the rules would cut. */
  readonly pairs: Iterable<readonly [first: string, second: string]>
  /** Cuts the run between two positions, which lie in `bytes` by `shift` further on, and returns the number of tokens. */
  readonly cut: (bytes: Buffer, shift: number, from: number, to: number, tokens: Tokens, count: number) => number
}

/** Runs met before are remembered, for most runs of a text occur in others too. */
export const makeRunCutter = (): RunCutter => {
  const { exceptions, pieces, cut: cutOf } = makeSpacyRules()
  const runs = makeRuns()
  const isAscii = (text: string) => !/[^\x21-\x7e]/.test(text)
  return {
    known: Array.from(exceptions, ([word, parts]) => [word, parts.map((part) => part.length)] as const).filter(
      ([word]) => isAscii(word)
    ),
    pairs: Array.from(pieces, ([first, second]) => [first!, second ?? ""] as const).filter(
      ([first, second]) => second !== "" && isAscii(first) && isAscii(second)
    ),
    cut: (bytes, shift, from, to, { start, end, points, kind }, count) => {
      const [first, last] = [from + shift, to + shift]
      let hash = 0x811c9dc5 | 0
      for (let at = first; at < last; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
      let run = findRun(runs, bytes, first, last, hash)
      let cut: ArrayLike<number> = runs.numbers
      let i = 0
      let stop = 0
      if (run < 0) {
        const fresh = cutOf(bytes.toString("utf8", first, last))
        run = keepRun(runs, bytes, first, last, hash, fresh)
        if (run < 0) {
          cut = fresh
          stop = fresh.length
        }
      }
      if (run >= 0) {
        i = runs.cutFrom[run]!
        stop = runs.cutFrom[run + 1]!
      }
      let token = count
      for (let at = from; i < stop; i += 3) {
        start[token] = at
        at += cut[i]!
        end[token] = at
        points[token] = cut[i + 1]!
        kind[token] = cut[i + 2]!
        token++
      }
      return token
    }
  }
}
