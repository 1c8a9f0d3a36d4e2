// Finds added tokens in text: the leftmost, then the longest, with the white space some of them take along.
import type { AddedToken } from "./definition.ts"

/** Calls `plain` for every stretch without added tokens and `token` for every token, in order. */
export interface TokenVisitor {
  plain(text: string, start: number): void
  token(id: number): void
}

const wordBefore = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u
const wordAfter = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u
const space = /\p{White_Space}/u

const standsAlone = (text: string, start: number, end: number): boolean =>
  !wordBefore.test(text.slice(Math.max(0, start - 2), start)) && !wordAfter.test(text.slice(end, end + 2))

/** The added tokens of one kind: those looked for in raw text, or those looked for in normalised text. */
export class AddedTokenFinder {
  private readonly byText = new Map<string, AddedToken>()
  private readonly pattern: RegExp | undefined
  /** Whether there is a token that is no special one. */
  readonly hasPlain: boolean

  /** `textOf` gives the text to look for. */
  constructor(tokens: readonly AddedToken[], textOf: (content: string) => string = (content) => content) {
    for (const token of tokens) if (token.content !== "") this.byText.set(textOf(token.content), token)
    const texts = [...this.byText.keys()].sort((left, right) => right.length - left.length)
    const escaped = texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
    this.pattern = texts.length === 0 ? undefined : new RegExp(escaped.join("|"), "gu")
    this.hasPlain = tokens.some(({ special }) => special !== true)
  }

  /** Visits `text`; special tokens are text like any other unless `allowSpecial`. */
  visit(text: string, allowSpecial: boolean, visitor: TokenVisitor): void {
    if (this.pattern === undefined || (!allowSpecial && !this.hasPlain)) {
      visitor.plain(text, 0)
      return
    }
    let from = 0
    for (const match of text.matchAll(this.pattern)) {
      const token = this.byText.get(match[0])!
      if (!allowSpecial && token.special === true) continue
      let start = match.index
      let end = start + match[0].length
      if (start < from || (token.single_word === true && !standsAlone(text, start, end))) continue
      if (token.lstrip === true) while (start > from && space.test(text[start - 1]!)) start--
      if (token.rstrip === true) while (end < text.length && space.test(text[end]!)) end++
      if (start > from) visitor.plain(text.slice(from, start), from)
      visitor.token(token.id)
      from = end
    }
    if (from < text.length) visitor.plain(text.slice(from), from)
  }
}
