// Footnotes and endnotes of DOCX: numbered in the order in which the text refers to them, as Markdown has them.
import { all, attribute, type Element, xmlTree } from "./xml.ts"
import type { Parts } from "./zip-parts.ts"

/** The notes that a text refers to. */
export class Notes {
  readonly #known: ReadonlyMap<string, Element>
  readonly #numbers = new Map<string, number>()

  constructor(known: ReadonlyMap<string, Element>) {
    this.#known = known
  }

  /** The mark that stands where a reference stands; nothing where no such note is. */
  mark(kind: string, reference: Element): string {
    const id = `${kind} ${attribute(reference, "id")}`
    if (!this.#known.has(id)) return ""
    const number = this.#numbers.get(id) ?? this.#numbers.size + 1
    this.#numbers.set(id, number)
    return `[^${number}]`
  }

  /** The notes that were referred to, by number. A note may refer to others, which then follow. */
  *referred(): Iterable<readonly [number: number, note: Element]> {
    for (const [id, number] of this.#numbers) yield [number, this.#known.get(id)!]
  }
}

/** The notes of a document, by kind and id; lines between text and notes are notes of a type of their own. */
export const notesOf = async (parts: Parts): Promise<Notes> => {
  const known = new Map<string, Element>()
  for (const kind of ["footnote", "endnote"]) {
    const name = `word/${kind}s.xml`
    const part = await parts(name)
    for (const note of part === undefined ? [] : all(await xmlTree(part, name), kind))
      if (/^(normal)?$/.test(attribute(note, "type") ?? "")) known.set(`${kind} ${attribute(note, "id")}`, note)
  }
  return new Notes(known)
}
