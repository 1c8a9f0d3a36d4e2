// What the fixture pipeline does to each line and word, worked out from the texts alone, with no help from the engine.

export interface Line {
  readonly path: string
  readonly line: number
  readonly tag: string
  readonly words: ReadonlyArray<string>
}

export interface Word {
  readonly line: Line
  readonly nth: number
  readonly word: string
}

export interface Fate {
  readonly node: string
  readonly reason: string
}

export interface Oracle {
  readonly bad: ReadonlyArray<{ readonly path: string; readonly line: number }>
  readonly lines: ReadonlyArray<Line>
  readonly words: ReadonlyArray<Word>
  /** Lines that did not reach the words, by tag. */
  readonly lineFates: ReadonlyMap<string, Fate>
  /** Words that are not in the vocabulary, by key; `into` for those that were merged. */
  readonly wordFates: ReadonlyMap<string, Fate & { readonly into?: string }>
}

export const wordKey = (word: Word): string => `${word.line.tag}:${word.nth}`

/** Works out the fates of all lines and words of some files, in byte order of their paths. */
export const foresee = (files: { readonly [path: string]: string }): Oracle => {
  const bad: Array<{ path: string; line: number }> = []
  const lines: Array<Line> = []
  for (const path of Object.keys(files).sort())
    files[path]!.split("\n").forEach((text, at) => {
      if (text === "") return
      if (text.startsWith("!")) bad.push({ path, line: at + 1 })
      else lines.push({ path, line: at + 1, tag: text.split(" ")[0]!, words: text.split(" ").slice(1) })
    })
  const lineFates = new Map<string, Fate>()
  const words: Array<Word> = []
  const wordFates = new Map<string, Fate & { readonly into?: string }>()
  const first = new Map<string, string>()
  for (const line of lines) {
    const fate = lineFate(line)
    if (fate !== undefined) {
      lineFates.set(line.tag, fate)
      continue
    }
    line.words
      .filter((word) => word.length > 2)
      .forEach((word, nth) => {
        const one = { line, nth, word }
        words.push(one)
        const known = first.get(word)
        if (word === "the") wordFates.set(wordKey(one), { node: "test.distinct", reason: "stop-word" })
        else if (known === undefined) first.set(word, wordKey(one))
        else wordFates.set(wordKey(one), { node: "test.distinct", reason: "duplicate", into: known })
      })
  }
  return { bad, lines, words, lineFates, wordFates }
}

const lineFate = ({ words }: Line): Fate | undefined => {
  if (words.length < 2) return { node: "test.length", reason: "too-few" }
  if (words.length > 6) return { node: "test.length", reason: "too-many" }
  if (words.some((word) => /\d/.test(word))) return { node: "test.plain", reason: "digits" }
  if (words.every((word) => word.length <= 2)) return { node: "test.words", reason: "only-short-words" }
  return undefined
}

/** Lines drawn from a seed: some too short or long, some with digits, some of short words, some no rows at all. */
export const drawFiles = (seed: number, files: number, each: number): { readonly [path: string]: string } => {
  let state = seed
  const draw = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const syllables = ["ka", "lo", "mi", "ru", "te", "so", "an", "be"]
  const word = (): string => {
    const kind = draw(20)
    if (kind === 0) return "the"
    if (kind === 1) return `${draw(90) + 10}x`
    if (kind < 6) return syllables[draw(syllables.length)]!
    return Array.from({ length: 2 + draw(2) }, () => syllables[draw(syllables.length)]!)
      .join("")
      .slice(draw(2))
  }
  return Object.fromEntries(
    Array.from({ length: files }, (_, file) => [
      `data/f${file}.txt`,
      Array.from({ length: each }, (__, line) => {
        if (draw(25) === 0) return "! not a row"
        const count = draw(10) === 0 ? 1 : 1 + draw(8)
        const short = draw(12) === 0
        const text = Array.from({ length: count }, () => (short ? syllables[draw(syllables.length)]! : word()))
        return `f${file}l${line} ${text.join(" ")}`
      }).join("\n")
    ])
  )
}
