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

/** Lines at the upper and lower edge that are looked at on each page. */
const edge = 2

/** Pages without the lines at their edges that stand there on most pages, numbers aside. */
export const withoutFurniture = (pages: Pages): Pages => {
  if (pages.length < 3) return pages
  const counts = new Map<string, number>()
  for (const page of pages)
    for (const key of new Set(edges(page).map(masked))) counts.set(key, (counts.get(key) ?? 0) + 1)
  const often = new Set([...counts].filter(([, count]) => count >= Math.max(3, pages.length * 0.5)).map(([key]) => key))
  return pages.map((page) => {
    const furniture = new Set(edges(page).filter((line) => often.has(masked(line))))
    return page.filter((line) => !furniture.has(line))
  })
}

const edges = (page: ReadonlyArray<PageLine>): ReadonlyArray<PageLine> => {
  const sorted = page.toSorted((a, b) => b.y - a.y)
  return sorted.length <= edge * 2
    ? sorted.slice(0, 1).concat(sorted.slice(1).slice(-1))
    : [...sorted.slice(0, edge), ...sorted.slice(-edge)]
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
