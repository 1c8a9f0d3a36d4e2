// Tables of reStructuredText, drawn as a grid or by rules, as Markdown tables.

const cellsOf = (line: string, bounds: ReadonlyArray<readonly [number, number]>): ReadonlyArray<string> =>
  bounds.map(([from, to]) => line.slice(from, to).trim())

const markdown = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  heads: number,
  inline: (text: string) => string
): string => {
  const lines = rows.map((row) => `| ${row.map((cell) => inline(cell).replaceAll("|", "\\|")).join(" | ")} |`)
  if (heads > 0) lines.splice(1, 0, `|${" --- |".repeat(rows[0]!.length)}`)
  return lines.join("\n")
}

/** Whether a line is the upper edge of a table. */
export const isTableEdge = (line: string): boolean => /^\+[-=+]+\+\s*$/.test(line) || /^=+( +=+)+\s*$/.test(line)

/** The table that begins at a line, and the line after it. */
export const rstTable = (
  lines: ReadonlyArray<string>,
  start: number,
  inline: (text: string) => string
): { readonly text: string; readonly next: number } =>
  lines[start]!.startsWith("+") ? gridTable(lines, start, inline) : ruledTable(lines, start, inline)

const gridTable = (lines: ReadonlyArray<string>, start: number, inline: (text: string) => string) => {
  const rows: Array<Array<string>> = []
  let [open, heads, next]: [Array<string> | undefined, number, number] = [undefined, 0, start]
  for (; next < lines.length && /^[+|]/.test(lines[next]!); next++) {
    const line = lines[next]!.trimEnd()
    if (line.startsWith("+")) {
      if (open !== undefined) rows.push(open)
      if (line.includes("=")) heads = rows.length
      open = undefined
      continue
    }
    const cells = line
      .slice(1, line.endsWith("|") ? -1 : undefined)
      .split("|")
      .map((cell) => cell.trim())
    const before: ReadonlyArray<string> = open ?? []
    open = cells.map((cell, index) => `${before[index] ?? ""} ${cell}`.trim())
  }
  return { text: markdown(rows, heads, inline), next }
}

const ruledTable = (lines: ReadonlyArray<string>, start: number, inline: (text: string) => string) => {
  const bounds = [...lines[start]!.matchAll(/=+/g)].map(({ index, 0: rule }) => [index, index + rule.length] as const)
  const open = bounds.map(([from, to], index) =>
    index === bounds.length - 1 ? ([from, Number.POSITIVE_INFINITY] as const) : ([from, to] as const)
  )
  const rules = lines.flatMap((line, at) => (at >= start && /^[= ]+$/.test(line) && line.includes("=") ? [at] : []))
  const ends = rules
    .slice(1)
    .filter((at, index, list) => index === list.length - 1 || lines[at + 1]?.trim() === "" || at + 1 === lines.length)
  const end = ends[0] ?? lines.length
  const rows: Array<Array<string>> = []
  let heads = 0
  for (let at = start + 1; at < end; at++) {
    const line = lines[at]!
    if (rules.includes(at)) heads = rows.length
    else if (/^[- ]*$/.test(line)) continue
    else {
      const cells = cellsOf(line, open)
      if (cells[0] === "" && rows.length > heads)
        rows[rows.length - 1] = rows.at(-1)!.map((cell, index) => `${cell} ${cells[index]}`.trim())
      else rows.push([...cells])
    }
  }
  return { text: markdown(rows, heads, inline), next: end + 1 }
}
