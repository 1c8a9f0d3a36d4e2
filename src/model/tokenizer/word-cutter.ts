// Cuts text into words without a regular expression: the published patterns of byte-level tokenizers, by hand.
import { CharacterClasses, LETTER, LINE_END, NUMBER, OTHER, SPACE } from "./character-classes.ts"

/** Ends of words: a word begins where the one before it ended. */
export class WordEnds {
  ends = new Int32Array(1024)
  length = 0

  push(end: number): void {
    if (this.length === this.ends.length) {
      const larger = new Int32Array(2 * this.ends.length)
      larger.set(this.ends)
      this.ends = larger
    }
    this.ends[this.length++] = end
  }
}

/** Appends the ends of the words of `text[from, to)`; the last one is `to`. */
export interface WordCutter {
  cut(text: string, from: number, to: number, into: WordEnds): void
}

const APOSTROPHE = 0x27
const BLANK = 0x20

/** Units of the character at `at`: 2 where a pair of surrogates stands. */
const unitsAt = (text: string, at: number, to: number): number =>
  (text.charCodeAt(at) & 0xfc00) === 0xd800 && at + 1 < to ? 2 : 1

abstract class ClassCutter implements WordCutter {
  private readonly known = new CharacterClasses()
  private readonly classes = this.known.units

  protected classAt(text: string, at: number): number {
    const unit = text.charCodeAt(at)
    return (unit & 0xf800) === 0xd800 ? this.known.above(text.codePointAt(at)!) : this.classes[unit]!
  }

  /** Where the run of characters of class `kind` that begins at `at` ends, at most `limit` characters on. */
  protected run(text: string, at: number, to: number, kind: number, limit = Number.POSITIVE_INFINITY): number {
    let end = at
    let count = 0
    while (end < to && count < limit && this.classAt(text, end) === kind) {
      end += unitsAt(text, end, to)
      count++
    }
    return end
  }

  /** Where white space that begins at `at` ends. */
  protected spaceEnd(text: string, at: number, to: number): number {
    let end = at
    while (end < to && this.classes[text.charCodeAt(end)]! >= SPACE) end++
    return end
  }

  cut(text: string, from: number, to: number, into: WordEnds): void {
    let at = from
    while (at < to) {
      at = this.wordEnd(text, at, to)
      into.push(at)
    }
  }

  protected abstract wordEnd(text: string, at: number, to: number): number
}

/** Units of the English ending after an apostrophe at `at`, with it; 0 when there is none. */
const ending = (text: string, at: number, to: number, anyCase: boolean): number => {
  if (at + 1 >= to) return 0
  const lower = anyCase ? 0x20 : 0
  const first = text.charCodeAt(at + 1) | lower
  if (first === 0x73 || first === 0x74 || first === 0x6d || first === 0x64) return 2
  if (anyCase && text.charCodeAt(at + 1) === 0x17f) return 2
  if (at + 2 >= to) return 0
  const second = text.charCodeAt(at + 2) | lower
  const isLong =
    (first === 0x72 && second === 0x65) || (first === 0x76 && second === 0x65) || (first === 0x6c && second === 0x6c)
  return isLong ? 3 : 0
}

/** `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+` */
export class Gpt2Cutter extends ClassCutter {
  protected wordEnd(text: string, at: number, to: number): number {
    const unit = text.charCodeAt(at)
    if (unit === APOSTROPHE) {
      const units = ending(text, at, to, false)
      if (units > 0) return at + units
    }
    const start = unit === BLANK ? at + 1 : at
    if (start < to) {
      const kind = this.classAt(text, start)
      if (kind < SPACE) return this.run(text, start, to, kind)
    }
    const end = this.spaceEnd(text, at, to)
    return end < to && end - at > 1 ? end - 1 : end
  }
}

/**
 * `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
 * with n digits in a word: 3 in Llama 3, 1 in Qwen 2.
 */
export class Llama3Cutter extends ClassCutter {
  private readonly digits: number

  constructor(digits: number) {
    super()
    this.digits = digits
  }

  protected wordEnd(text: string, at: number, to: number): number {
    const unit = text.charCodeAt(at)
    if (unit === APOSTROPHE) {
      const units = ending(text, at, to, true)
      if (units > 0) return at + units
    }
    const kind = this.classAt(text, at)
    if (kind === LETTER) return this.run(text, at, to, LETTER)
    if (kind === NUMBER) return this.run(text, at, to, NUMBER, this.digits)
    if (kind !== LINE_END) {
      const after = at + unitsAt(text, at, to)
      if (after < to && this.classAt(text, after) === LETTER) return this.run(text, after, to, LETTER)
    }
    const start = unit === BLANK ? at + 1 : at
    if (start < to && this.classAt(text, start) === OTHER) {
      let end = this.run(text, start, to, OTHER)
      while (end < to && this.classAt(text, end) === LINE_END) end++
      return end
    }
    return this.space(text, at, to)
  }

  private space(text: string, at: number, to: number): number {
    const end = this.spaceEnd(text, at, to)
    for (let last = end; last > at; last--) if (this.classAt(text, last - 1) === LINE_END) return last
    return end < to && end - at > 1 ? end - 1 : end
  }
}

/** Every number apart, and `inner` over what lies between. */
export class DigitCutter extends ClassCutter {
  private readonly inner: WordCutter

  constructor(inner: WordCutter) {
    super()
    this.inner = inner
  }

  override cut(text: string, from: number, to: number, into: WordEnds): void {
    let at = from
    while (at < to) {
      if (this.classAt(text, at) === NUMBER) {
        at += unitsAt(text, at, to)
        into.push(at)
        continue
      }
      const start = at
      while (at < to && this.classAt(text, at) !== NUMBER) at += unitsAt(text, at, to)
      this.inner.cut(text, start, at, into)
    }
  }

  protected wordEnd(_text: string, _at: number, to: number): number {
    return to
  }
}

/** White space that BERT's cleaning drops before it sees spaces: vertical tab, form feed, next line. */
const isDroppedSpace = (unit: number): boolean => unit === 0x0b || unit === 0x0c || unit === 0x85

/** Runs of white space and runs of what is none, in turn; what cleaning drops separates nothing. */
export class SpaceCutter extends ClassCutter {
  private isSpace(text: string, at: number): boolean {
    return this.classAt(text, at) >= SPACE && !isDroppedSpace(text.charCodeAt(at))
  }

  protected wordEnd(text: string, at: number, to: number): number {
    const space = this.isSpace(text, at)
    let end = at + 1
    while (end < to && this.isSpace(text, end) === space) end++
    return end
  }
}

/** Before every mark, or before each first one after another character. */
export class MarkCutter implements WordCutter {
  private readonly mark: string
  private readonly each: boolean

  constructor(mark: string, each: boolean) {
    this.mark = mark
    this.each = each
  }

  cut(text: string, from: number, to: number, into: WordEnds): void {
    const { mark, each } = this
    let at = from
    while (at < to) {
      let word = at
      if (each) word += text.startsWith(mark, at) ? mark.length : 0
      else while (word < to && text.startsWith(mark, word)) word += mark.length
      const next = text.indexOf(mark, word)
      at = next < 0 || next > to ? to : next
      into.push(at)
    }
  }
}
