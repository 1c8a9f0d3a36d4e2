// The blocks of a chunk with their positions: paragraphs, list items, code and table rows, from which questions are made.
import { type Part, sentences } from "#sluice/text"

export type BlockKind = "paragraph" | "item" | "code" | "row"

/** `text` is the chunk's `[from .. to]`: without the list mark, without the fences. */
export interface Block {
  readonly kind: BlockKind
  readonly text: string
  readonly from: number
}

/** What a question writer sees: the chunk's blocks, the headings above it, outermost first. */
export interface Material {
  readonly blocks: ReadonlyArray<Block>
  readonly path: ReadonlyArray<string>
  /** The innermost heading, "" where there is none. */
  readonly topic: string
  /** The document's title, "" where there is none. */
  readonly title: string
}

/** One question that could be asked. Kinds are spread over a chunk's questions before any repeats. */
export interface Candidate {
  readonly kind: string
  readonly question: string
  readonly answer: string
  readonly quote: string
}

/** Cuts a chunk into blocks, line by line; a paragraph is one line or several without an empty one between. */
export const material = (chunk: string, heading: string): Material => {
  const blocks: Array<Block> = []
  let at = 0
  let code = -1
  for (const line of chunk.split("\n")) {
    const fence = /^\s*(?:```|~~~)/.test(line)
    if (code >= 0) {
      if (fence) {
        const text = chunk.slice(code, Math.max(code, at - 1))
        if (text.trim() !== "") blocks.push({ kind: "code", text, from: code })
        code = -1
      }
    } else if (fence) code = at + line.length + 1
    else if (/^\s*\|.*\|$/.test(line)) blocks.push({ kind: "row", text: line, from: at })
    else {
      const item = /^\s*(?:[*+-]|\d+[.)])\s+/.exec(line)
      const skip = item === null ? line.length - line.trimStart().length : item[0].length
      const text = line.slice(skip).trimEnd()
      if (text !== "") blocks.push({ kind: item === null ? "paragraph" : "item", text, from: at + skip })
    }
    at += line.length + 1
  }
  const path = heading === "" ? [] : heading.split(" > ")
  return { blocks, path, topic: path.at(-1) ?? "", title: path[0] ?? "" }
}

/** The sentences of a block, each an exact piece of it. */
export const sentencesOf = (block: Block): Array<string> =>
  sentences(block.text).map(({ from, to }: Part) => block.text.slice(from, to))
