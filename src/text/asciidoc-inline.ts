// Inline marks of AsciiDoc: code stays as Markdown has it, links and references become their text, emphasis goes.

/** Characters that have names of their own. */
const named: { readonly [name: string]: string } = {
  nbsp: " ",
  amp: "&",
  lt: "<",
  gt: ">",
  sp: " ",
  empty: "",
  blank: "",
  plus: "+",
  asterisk: "*",
  backtick: "`",
  apos: "'",
  quot: '"',
  startsb: "[",
  endsb: "]",
  vbar: "|",
  caret: "^",
  tilde: "~",
  backslash: "\\"
}

/** Values in place of the names of attributes; names that are not known stay. */
const withValues = (text: string, attributes: ReadonlyMap<string, string>): string => {
  let shown = text
  // A value may name others, but not without end.
  for (let round = 0; round < 4 && shown.includes("{"); round++)
    shown = shown.replace(
      /\{([\w-]+)\}/g,
      (whole, name: string) => attributes.get(name.toLowerCase()) ?? named[name] ?? whole
    )
  return shown
}

/** A line of code: attributes stay as they are unless its block asks for them. */
export const substituted = (line: string, style: string, attributes: ReadonlyMap<string, string>): string =>
  /subs="?[^"]*(attributes|normal|\+a)/.test(style) ? withValues(line, attributes) : line

/** The text of one line or paragraph. */
export const asciidocInline = (source: string, attributes: ReadonlyMap<string, string>): string =>
  withValues(source, attributes)
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? code(part) : plain(part)))
    .join("")
    .replace(/``+/g, "`")
    .replace(/\s+/g, " ")
    .trim()

const code = (part: string): string => part.replace(/^`\+(.*)\+`$/, "`$1`")

const plain = (text: string): string =>
  text
    .replace(/\[\[[^\]]*\]\]|anchor:[^[\s]*\[[^\]]*\]|\(\(\([^)]*\)\)\)|indexterm:\[[^\]]*\]/g, "")
    .replace(/\(\(([^()]+)\)\)|indexterm2:\[([^\]]*)\]/g, "$1$2")
    .replace(/(?:icon|image):[^[\s]*\[[^\]]*\]/g, "")
    .replace(
      /<<([^,>]+)(?:,\s*([^>]+))?>>/g,
      (_, id: string, label: string | undefined) => label ?? id.replace(/^#/, "")
    )
    .replace(/(?:xref|link|mailto):([^[\s]+)\[([^\]]*)\]/g, (_, target: string, label: string) =>
      labelOf(label, target)
    )
    .replace(/\b((?:https?|ftp|irc):\/\/[^\s[\]<>]+)\[([^\]]*)\]/g, (_, url: string, label: string) =>
      labelOf(label, url)
    )
    .replace(/(?:footnote|footnoteref):[^[\s]*\[([^\]]*)\]/g, " ($1)")
    .replace(/(?:kbd|btn|menu|pass|stem|latexmath|asciimath):[^[\s]*\[([^\]]*)\]/g, "$1")
    .replace(/\[(?:\.|#)?[\w.# -]+\](?=[#*_])/g, "")
    .replace(/(\*\*|__|##)(?=\S)([\s\S]*?\S)\1/g, "$2")
    .replace(/(^|[\s([{"'>—-])([*_#])(?=\S)([^*_#]*?\S)\2(?=$|[\s.,:;!?)\]}"'<—-])/g, "$1$3")
    .replace(/(^|[\s(])\+{1,3}(?=\S)([^+]*?\S)\+{1,3}(?=$|[\s.,:;!?)])/g, "$1$2")
    .replace(/(\w)\^([^\s^]+)\^/g, "$1$2")
    .replace(/(\w)~([^\s~]+)~/g, "$1$2")
    .replace(/ -- /g, " — ")
    .replace(/\\(?=[*_`#{<[+^~])/g, "")

/** A link's text is up to its first attribute; without one it is where it leads. */
const labelOf = (label: string, target: string): string => {
  const text = label
    .replace(/,?\s*(?:window|role|opts|target|id)=.*$/, "")
    .replace(/^"(.*)"$/, "$1")
    .replace(/\^$/, "")
  return text === "" ? target.replace(/^\+\+|\+\+$/g, "") : text
}
