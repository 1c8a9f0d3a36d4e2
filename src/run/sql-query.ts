// What a query of a source must be: one statement that reads, in an order that it says, without clock or chance.

/** A query's text with its comments and texts taken out, and the texts. Names in quotes count as words. */
const stripped = (query: string): { readonly code: string; readonly texts: ReadonlyArray<string> } => {
  const texts: Array<string> = []
  const code = query.replace(
    /--[^\n]*|\/\*[\s\S]*?\*\/|'((?:[^']|'')*)'|\$\$[\s\S]*?\$\$|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]/g,
    (found: string, text: string | undefined) => {
      if (text !== undefined) texts.push(text)
      return /^['$]/.test(found) ? " '' " : /^(--|\/\*)/.test(found) ? " " : " quoted "
    }
  )
  return { code, texts }
}

/** What stands outside of parentheses. */
const outside = (code: string): string => {
  let depth = 0
  let text = ""
  for (const char of code) {
    if (char === "(") depth++
    if (depth === 0) text += char
    if (char === ")") depth--
  }
  return text
}

const chance = /\b(random|randomblob|uuid|uuidv4|uuidv7|gen_random_uuid)\s*\(|\b(tablesample|using\s+sample)\b/i
const clock =
  /\b(now|today|get_current_time(stamp)?|transaction_timestamp|current_localtime(stamp)?)\s*\(|\b(current_date|current_time|current_timestamp)\b|\b(date|time|datetime|julianday|unixepoch)\s*\(\s*\)/i

/** Throws an Error that says why rows of a query would not be the same each time. */
export const checkQuery = (query: string): void => {
  const { code, texts } = stripped(query)
  const top = outside(code)
  if (!/^\s*(select|with|values|from)\b/i.test(top))
    throw new Error("cannot be queried: the query does not begin with SELECT or WITH")
  if (/;\s*\S/.test(top)) throw new Error("cannot be queried: the query is more than one statement")
  const odd = chance.exec(code) ?? clock.exec(code)
  if (odd !== null) throw new Error(`cannot be queried: ${odd[0].replace(/\s*\(.*$/, "")} gives other values each time`)
  if (texts.some((text) => text.toLowerCase() === "now"))
    throw new Error("cannot be queried: 'now' gives other values each time")
}

/** Throws where several rows came in no order of the query's own. */
export const checkOrder = (query: string, rows: number): void => {
  if (rows < 2 || /\border\s+by\b/i.test(outside(stripped(query).code))) return
  throw new Error(
    "cannot be queried: the query has no ORDER BY outside of parentheses, so its rows come in no certain order; add ORDER BY with a unique column"
  )
}

/** Throws where two columns of a result have one name. */
export const checkNames = (names: ReadonlyArray<string>): void => {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Error(`cannot be queried: two columns are named "${twice}"; name them with AS`)
}
