// Lines of PDF pages: headers, footers and page numbers taken out, the others joined to paragraphs and headings.

/** A line of a page: its text, where it stands (from the lower left corner) and how high its letters are, in points. */
export interface PageLine {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly end: number
  readonly height: number
}

type Pages = ReadonlyArray<ReadonlyArray<PageLine>>

/** The share of a page's height, at its upper and lower edge, where running heads and page numbers stand. */
const edge = 0.1

/** Lines of a table of contents: dots that lead to a number. */
const leading = /(?:\s*\.){5,}\s*\w*$/

/** Pages without tables of contents, page numbers, and lines at their edges that stand there on several, numbers aside. */
export const withoutFurniture = (pages: Pages): Pages => {
  const heights = pages.flat().map(({ y }) => y)
  const [low, high] = [
    heights.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    heights.reduce((a, b) => Math.max(a, b), 0)
  ]
  const isEdge = ({ y }: PageLine) => Math.min(y - low, high - y) <= (high - low) * edge
  const counts = new Map<string, number>()
  for (const page of pages)
    for (const key of new Set(page.filter(isEdge).map(masked))) counts.set(key, (counts.get(key) ?? 0) + 1)
  const isFurniture = (line: PageLine) =>
    pages.length > 2 &&
    isEdge(line) &&
    ((counts.get(masked(line)) ?? 0) >= 3 || /^(?:\d{1,4}|[ivxl]{1,6})$/i.test(line.text))
  return pages.map((page) => page.filter((line) => !isFurniture(line) && !leading.test(line.text)))
}

const masked = ({ text, y }: PageLine): string => `${text.replace(/\d+/g, "#")} ${Math.round(y / 4)}`

/** The height of most letters. */
const usualHeight = (pages: Pages): number => {
  const letters = new Map<number, number>()
  for (const line of pages.flat())
    letters.set(Math.round(line.height), (letters.get(Math.round(line.height)) ?? 0) + line.text.length)
  return [...letters].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0
}

/** Blocks of text: a new one begins after a gap, an indent, a change of size, or a line that ends early; large lines are headings. */
export const paragraphsOf = (pages: Pages): ReadonlyArray<string> => {
  const usual = usualHeight(pages)
  const blocks: Array<string> = []
  let open: Array<PageLine> = []
  const close = () => {
    if (open.length > 0) blocks.push(textOf(open, usual))
    open = []
  }
  for (const page of pages) {
    const right = Math.max(...page.map(({ end }) => end))
    for (const [index, line] of page.entries()) {
      const before = open.at(-1)
      if (before !== undefined && begins(before, line, index === 0, right)) close()
      open.push(line)
    }
  }
  close()
  return blocks
}

const bullet = /^(?:[•◦▪‣*–-]|\(?\d{1,3}[.)])\s/

const begins = (before: PageLine, line: PageLine, isNewPage: boolean, right: number): boolean => {
  if (bullet.test(line.text)) return true
  if (Math.abs(before.height - line.height) > Math.max(0.7, line.height * 0.08)) return true
  const ends = /[.!?:]["'”’)]?$/.test(before.text)
  if (isNewPage || line.y > before.y) return ends
  if (before.y - line.y > Math.max(before.height, line.height) * 1.75) return true
  if (line.x - before.x > line.height * 0.8 && ends) return true
  return ends && before.end < right - line.height * 6
}

const textOf = (lines: ReadonlyArray<PageLine>, usual: number): string => {
  let text = ""
  for (const line of lines)
    text =
      /[a-zß-ÿ]-$/.test(text) && /^[a-zß-ÿ]/.test(line.text) ? text.slice(0, -1) + line.text : `${text} ${line.text}`
  const plain = text.trim()
  const large = lines[0]!.height / Math.max(1, usual)
  if (large >= 1.15 && plain.length < 200) return `${large >= 1.6 ? "#" : large >= 1.3 ? "##" : "###"} ${plain}`
  return plain.replace(/^[•◦▪‣–]\s+/, "* ")
}
