// Markup as a value: what is interpolated is escaped unless it is markup itself, so that no row can write into the page.

const escapes: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

/** Text for use in HTML, inside elements and quoted attributes. Characters that HTML forbids become U+FFFD. */
export const escapeHtml = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => escapes[character]!)

/** A piece of finished HTML. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Content = Markup | string | number | null | undefined | false | ReadonlyArray<Content>

const write = (content: Content): string => {
  if (content === null || content === undefined || content === false) return ""
  if (content instanceof Markup) return content.text
  if (typeof content === "string") return escapeHtml(content)
  if (typeof content === "number") return String(content)
  return content.map(write).join("")
}

/** Template tag for HTML and SVG: texts are escaped, markup stays, lists are joined, null and false vanish. */
export const html = (strings: TemplateStringsArray, ...values: ReadonlyArray<Content>): Markup =>
  new Markup(strings.reduce((page, part, at) => page + write(values[at - 1]) + part))

/** JSON for a script element: the same value when parsed, with nothing in it that could end the element. */
export const scriptJson = (value: unknown): Markup =>
  new Markup(
    JSON.stringify(value)
      .toWellFormed()
      .replace(
        /[<>&\u007f-\u009f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
      )
  )
