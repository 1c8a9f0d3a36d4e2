// Cuts Markdown at headings and paragraphs into pieces of bounded length.
import { countWords, type Part, sentences, TOKENS_PER_WORD } from "#sluice/text"

/** A piece of a document and the headings above it, joined by " > ". */
export interface Chunk {
  readonly chunk: string
  readonly heading: string
}

/** The chunks of a text, in order; sections without a word of text below their heading give none. */
export const chunks = (text: string, maxTokens: number, overlap: number): Array<Chunk> => {
  const out: Array<Chunk> = []
  for (const { heading, parts } of sections(text)) {
    const pieces = parts.flatMap((part) => fitting(text, part, maxTokens))
    for (const { from, to } of packed(text, pieces, maxTokens, overlap))
      out.push({ chunk: text.slice(from, to), heading })
  }
  return out
}

interface Section {
  readonly heading: string
  readonly parts: Array<Part>
}

/** Sections between headings; each with its paragraphs and code blocks. */
const sections = (text: string): Array<Section> => {
  const out: Array<Section> = [{ heading: "", parts: [] }]
  const path: Array<string> = []
  let from = -1
  let end = 0
  let fence = ""
  const close = () => {
    if (from >= 0) out.at(-1)!.parts.push({ from, to: end })
    from = -1
  }
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf("\n", at)
    const stop = feed === -1 ? text.length : feed
    const line = text.slice(at, stop)
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]
    const heading = fence === "" ? /^(#{1,6}) (.*)$/.exec(line) : null
    if (heading !== null) {
      close()
      path.length = heading[1]!.length - 1
      path.push(
        heading[2]!
          .replaceAll("`", "")
          .replace(/^[>\s]+/, "")
          .trim()
      )
      out.push({
        heading: Array.from(path, (part) => part ?? "")
          .filter((part) => part !== "")
          .join(" > "),
        parts: []
      })
    } else if (line.trim() === "" && fence === "") close()
    else {
      if (from < 0) from = at
      end = at + line.trimEnd().length
      if (mark !== undefined) fence = fence === "" ? mark : line.trim() === fence ? "" : fence
    }
    at = stop + 1
  }
  close()
  return out.filter(({ parts }) => parts.length > 0)
}

const tokens = (text: string): number => Math.ceil(countWords(text) * TOKENS_PER_WORD)

/** A paragraph that is too long is cut at lines, a line that is too long at sentences. */
const fitting = (text: string, part: Part, maxTokens: number): Array<Part> => {
  if (tokens(text.slice(part.from, part.to)) <= maxTokens) return [part]
  const lines = cutAtLines(text, part)
  return lines.length > 1
    ? lines.flatMap((line) => fitting(text, line, maxTokens))
    : sentences(text, part.from, part.to).flatMap((sentence) => cutAtWords(text, sentence, maxTokens))
}

const cutAtLines = (text: string, { from, to }: Part): Array<Part> => {
  const lines: Array<Part> = []
  for (let at = from; at < to; ) {
    const feed = text.indexOf("\n", at)
    const end = feed === -1 || feed > to ? to : feed
    if (text.slice(at, end).trim() !== "") lines.push({ from: at, to: end })
    at = end + 1
  }
  return lines
}

const cutAtWords = (text: string, part: Part, maxTokens: number): Array<Part> => {
  if (tokens(text.slice(part.from, part.to)) <= maxTokens) return [part]
  const most = Math.max(1, Math.floor(maxTokens / TOKENS_PER_WORD))
  const out: Array<Part> = []
  let from = part.from
  let words = 0
  for (let at = part.from; at < part.to; at++) {
    if (/\s/.test(text[at]!) && !/\s/.test(text[at - 1] ?? " ") && ++words === most) {
      out.push({ from, to: at })
      words = 0
      from = at + 1
    }
  }
  if (text.slice(from, part.to).trim() !== "") out.push({ from, to: part.to })
  return out
}

/** Joins neighbouring pieces while they fit. */
const packed = (text: string, pieces: ReadonlyArray<Part>, maxTokens: number, overlap: number): Array<Part> => {
  const out: Array<Part> = []
  let first = 0
  for (let i = 0; i < pieces.length; i++) {
    const to = pieces[i]!.to
    const last = i === pieces.length - 1 || tokens(text.slice(pieces[first]!.from, pieces[i + 1]!.to)) > maxTokens
    if (!last) continue
    out.push({ from: pieces[first]!.from, to })
    let next = i + 1
    while (next - 1 > first && next < pieces.length && repeats(text, pieces, next - 1, i, overlap, maxTokens)) next--
    first = next
  }
  return out
}

/** Whether the pieces from `from` on may be repeated before piece `last + 1`. */
const repeats = (
  text: string,
  pieces: ReadonlyArray<Part>,
  from: number,
  last: number,
  overlap: number,
  maxTokens: number
): boolean =>
  tokens(text.slice(pieces[from]!.from, pieces[last]!.to)) <= overlap &&
  tokens(text.slice(pieces[from]!.from, pieces[last + 1]!.to)) <= maxTokens
